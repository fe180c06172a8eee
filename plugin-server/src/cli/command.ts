import type { ParseArgsConfig } from 'node:util';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import type { Terminal } from './terminal.ts';

/** What a verb is given. */
export interface Invocation {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Opens the database and builds the context; closed when the verb ends. */
  openContext(): Promise<Context>;
  /** Starts the server, and the worker in it unless `work` is false; closed when the verb ends. */
  startServer(options: { readonly work: boolean }): Promise<{ readonly url: string; readonly ctx: Context }>;
  /** Starts a worker on the queue; closed when the verb ends. */
  startWorker(): Promise<void>;
}

/** One verb of the command line. */
export interface Command {
  /** Lines shown by `vitrine help VERB`. */
  readonly usage: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many arguments stand without an option name. */
  readonly arguments?: readonly string[];
  /** Arguments that may stand behind those. */
  readonly optionalArguments?: readonly string[];
  /** Runs the verb. What it returns is the JSON of `--json`; a verb that runs until it is stopped prints its own. */
  run(invocation: Invocation): Promise<object | void>;
}

/** The value of an option that must be there. @throws VitrineError `bad_usage` */
export function required({ values }: Invocation, name: string, example: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value.trim() === '') throw new VitrineError('bad_usage', `--${name} is missing, e.g. --${name} ${example}.`);
  return value;
}

/** The value of an option, if given. */
export function optional({ values }: Invocation, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** A whole number between two bounds, if given. @throws VitrineError `bad_usage` */
export function wholeNumber(invocation: Invocation, name: string, from: number, to: number): number | undefined {
  const text = optional(invocation, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < from || value > to) throw new VitrineError('bad_usage', `--${name} must be a whole number from ${from} to ${to}, not "${text}".`);
  return value;
}

/** Seconds of a time such as 90s, 20m or 2h, if given. @throws VitrineError `bad_usage` */
export function timeSpan(invocation: Invocation, name: string): number | undefined {
  const text = optional(invocation, name);
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  if (!number || Number(number) <= 0) throw new VitrineError('bad_usage', `--${name} must be a time such as 90s, 20m or 2h, not "${text}".`);
  return Number(number) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h'];
}

/** One of a list of words, if given. @throws VitrineError `bad_usage` */
export function oneOf<Word extends string>(invocation: Invocation, name: string, words: readonly Word[]): Word | undefined {
  const text = optional(invocation, name);
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (!word) throw new VitrineError('bad_usage', `--${name} must be ${words.join(' or ')}, not "${text}".`);
  return word;
}

/** Resolves on Ctrl-C. */
export function untilStopped({ signal }: Invocation): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
