/** One column: its heading and how it is set. */
export interface Column {
  readonly heading: string;
  readonly align?: 'left' | 'right';
}

/** Sets rows as a table for a terminal, two spaces between columns. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, at) => Math.max(heading.length, ...rows.map((row) => row[at].length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, at) => (columns[at].align === 'right' ? cell.padStart(widths[at]) : cell.padEnd(widths[at]))).join('  ').trimEnd();
  const headings = columns.some(({ heading }) => heading !== '') ? [line(columns.map(({ heading }) => heading))] : [];
  return [...headings, ...rows.map(line)].join('\n');
}

/** 541909 → "541,909". */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Bytes as a person reads them: 1.1 GB, 340 kB. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let at = 0;
  let size = value;
  while (size >= 999.5 && at < units.length - 1) { size /= 1000; at++; }
  return `${size >= 10 || at === 0 ? Math.round(size) : size.toFixed(1)} ${units[at]}`;
}

/** Seconds as a person reads them: 42 s, 3 min 5 s. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A day and minute in UTC: 2024-12-25 10:00. */
export function moment(time: number | string): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
