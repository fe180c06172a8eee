import { VitrineError } from '@vitrine/sdk/core';
import { shorten } from './read-csv.ts';

export type DayOrder = 'dmy' | 'mdy';

/** A time read both ways: where the day and the month cannot be told apart, the two differ. Milliseconds since 1970. */
export interface ReadTime {
  readonly dmy: number;
  readonly mdy: number;
}

const ISO = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(.*))?$/;
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:,?\s+(.*))?$/;
const SLASHED = /^(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?:,?\s+(.*))?$/;
const EPOCH = /^\d{10}(\d{3})?(\.\d+)?$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})([.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;

/** How a file writes its dates. */
type Family = 'YYYY-MM-DD' | 'D.M.YYYY' | 'day/month/year' | 'seconds since 1970';

/** Milliseconds since 1970, or NaN for a day that is in no calendar. */
function day(year: number, month: number, dayOfMonth: number): number {
  const time = Date.UTC(year, month - 1, dayOfMonth);
  const date = new Date(time);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth && month >= 1 ? time : Number.NaN;
}

/** Milliseconds into the day (an offset from UTC taken off), or NaN. */
function clock(text: string | undefined): number {
  if (text === undefined || text.trim() === '') return 0;
  const match = CLOCK.exec(text.trim());
  if (!match) return Number.NaN;
  const [, hourText, minute, second = '0', fraction = '', half, zone] = match;
  let hour = Number(hourText);
  if (half) {
    if (hour < 1 || hour > 12) return Number.NaN;
    hour = (hour % 12) + (half[0].toLowerCase() === 'p' ? 12 : 0);
  }
  if (hour > 24 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  let time = ((hour * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  if (fraction) time += Math.trunc(Number(`0.${fraction.slice(1)}`) * 1000);
  if (zone && /^[+-]/.test(zone)) {
    const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
    time += zone[0] === '-' ? offset : -offset;
  }
  return time;
}

function fullYear(text: string): number {
  const year = Number(text);
  return text.length === 4 ? year : year + (year < 70 ? 2000 : 1900);
}

/**
 * Reads the times of one file. A file has one way to write dates; whether the day or the month comes first is settled
 * by the values themselves (only a day can be above 12), wherever in the file they are. Until then both readings are
 * kept. A time without an offset is UTC.
 *
 * @example
 * const times = new TimeReader('orders.csv');
 * const time = times.read('25/12/2024 10:00', 2);
 * time?.[times.dayOrder()]; // 1735120800000
 */
export class TimeReader {
  readonly #file: string;
  readonly #given: DayOrder | undefined;
  #family: { readonly name: Family; readonly line: number; readonly text: string } | undefined;
  #proof: { readonly order: DayOrder; readonly line: number; readonly text: string } | undefined;
  /** First value that reads differently the two ways. */
  #open: { readonly line: number; readonly text: string } | undefined;
  // Lines of one order follow one another and share their time.
  #lastText: string | undefined;
  #lastTime: ReadTime | undefined;

  constructor(file: string, dayOrder?: DayOrder) {
    this.#file = file;
    this.#given = dayOrder;
  }

  /**
   * Reads one value; undefined if it is no time.
   *
   * @throws VitrineError `bad_input` when the file mixes formats, naming two lines
   */
  read(text: string, line: number): ReadTime | undefined {
    if (text === this.#lastText) return this.#lastTime;
    this.#lastTime = this.#read(text.trim(), line);
    this.#lastText = text;
    return this.#lastTime;
  }

  #read(text: string, line: number): ReadTime | undefined {
    const iso = ISO.exec(text);
    if (iso) return this.#same(day(Number(iso[1]), Number(iso[2]), Number(iso[3])) + clock(iso[4]), 'YYYY-MM-DD', text, line);
    const slashed = SLASHED.exec(text);
    if (slashed) {
      const first = Number(slashed[1]);
      const second = Number(slashed[3]);
      const year = fullYear(slashed[4]);
      const time = clock(slashed[5]);
      const read = { dmy: day(year, second, first) + time, mdy: day(year, first, second) + time };
      if (Number.isNaN(read.dmy) && Number.isNaN(read.mdy)) return undefined;
      this.#expect('day/month/year', text, line);
      if (Number.isNaN(read.mdy)) this.#prove('dmy', text, line);
      else if (Number.isNaN(read.dmy)) this.#prove('mdy', text, line);
      else if (first !== second) this.#open ??= { line, text };
      return read;
    }
    const dotted = DOTTED.exec(text);
    if (dotted) return this.#same(day(fullYear(dotted[3]), Number(dotted[2]), Number(dotted[1])) + clock(dotted[4]), 'D.M.YYYY', text, line);
    if (EPOCH.test(text)) {
      const number = Number(text);
      return this.#same(text.split('.')[0].length === 10 ? number * 1000 : number, 'seconds since 1970', text, line);
    }
    return undefined;
  }

  #same(time: number, family: Family, text: string, line: number): ReadTime | undefined {
    if (Number.isNaN(time)) return undefined;
    this.#expect(family, text, line);
    return { dmy: time, mdy: time };
  }

  #expect(name: Family, text: string, line: number): void {
    this.#family ??= { name, line, text };
    if (this.#family.name !== name) {
      throw new VitrineError('bad_input', `${this.#file}: dates in more than one format: line ${this.#family.line} has "${shorten(this.#family.text, 30)}", line ${line} has "${shorten(text, 30)}". Write them all one way, best as 2024-12-25.`);
    }
  }

  #prove(order: DayOrder, text: string, line: number): void {
    if (this.#given && this.#given !== order) {
      throw new VitrineError('bad_input', `${this.#file}, line ${line}: "${shorten(text, 30)}" cannot be read with --dates ${this.#given}.`);
    }
    this.#proof ??= { order, line, text };
    if (this.#proof.order !== order) {
      throw new VitrineError('bad_input', `${this.#file}: dates in more than one format: line ${this.#proof.line} has "${shorten(this.#proof.text, 30)}", line ${line} has "${shorten(text, 30)}". Write them all one way, best as 2024-12-25.`);
    }
  }

  /**
   * Which reading holds for the whole file; ask after the last row.
   *
   * @throws VitrineError `bad_input` when nothing settles it and it makes a difference
   */
  dayOrder(): DayOrder {
    if (this.#given) return this.#given;
    if (this.#proof) return this.#proof.order;
    if (this.#open) {
      throw new VitrineError('bad_input', `${this.#file}, line ${this.#open.line}: "${shorten(this.#open.text, 30)}" may be day first or month first, and no other line settles it. Say --dates dmy or --dates mdy.`);
    }
    return 'dmy';
  }
}
