import { VitrineError } from './errors.ts';

/**
 * Checks for what comes from outside: events and manifests. Written by hand because they ship to every shopper. A check
 * returns the value (a list or an object as a fresh copy) or throws `bad_input` with the path of the field, never
 * with its value: that may be personal.
 */
export type Check = (value: unknown, path: string) => unknown;
export type Fields = Readonly<Record<string, Check>>;

export const fail = (path: string, must: string): never => {
  throw new VitrineError('bad_input', `${path}: must ${must}`);
};

/** Text without control characters or lone surrogates, which neither JSON readers nor databases agree on. */
export const text = (most: number): Check => (value, path) =>
  typeof value === 'string' && value && value.length <= most && !/[\p{Cc}\p{Cs}]/u.test(value)
    ? value
    : fail(path, `be text of 1 to ${most} characters without control characters`);

/** Text of one shape; `must` says which. */
export const matching = (pattern: RegExp, must: string): Check => (value, path) =>
  typeof value === 'string' && value.length <= 256 && pattern.test(value) ? value : fail(path, must);

export const number = (least: number, most: number): Check => (value, path) =>
  typeof value === 'number' && value >= least && value <= most ? value : fail(path, `be a number from ${least} to ${most}`);

export const whole = (least: number, most: number): Check => (value, path) =>
  Number.isInteger(value) ? number(least, most)(value, path) : fail(path, 'be a whole number');

export const oneOf = (...values: readonly unknown[]): Check => (value, path) =>
  values.includes(value) ? value : fail(path, `be ${values.join(' or ')}`);

export const optional = (check: Check): Check => (value, path) => (value === undefined ? value : check(value, path));

export const list = (most: number, check: Check): Check => (value, path) =>
  Array.isArray(value) && value.length <= most
    ? Array.from(value, (entry, index) => check(entry, `${path}[${index}]`))
    : fail(path, `be a list of at most ${most}`);

/** Any object that is not a list, as it came. */
export const plain = (value: unknown, path: string): Record<string, unknown> =>
  typeof value === 'object' && value && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : fail(path || 'input', 'be an object');

export const join = (path: string, key: string): string => (path ? `${path}.${key}` : key);

/** An object's known fields; others are left out of the copy. */
export const known = (fields: Fields): Check => (value, path) => {
  const input = plain(value, path);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const checked = fields[key](input[key], join(path, key));
    if (checked !== undefined) result[key] = checked;
  }
  return result;
};

/** An object with these fields and no other. */
export const exactly = (fields: Fields): Check => (value, path) => {
  for (const key of Object.keys(plain(value, path))) {
    // A key is repeated in the message only when it looks like a field's name.
    if (!Object.hasOwn(fields, key)) fail(join(path, /^\w{1,32}$/.test(key) ? key : '(field)'), 'not be there: unknown field');
  }
  return known(fields)(value, path);
};
