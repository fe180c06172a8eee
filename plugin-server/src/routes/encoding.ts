import type { Encoding } from '../services/read-artifact.ts';

/** The first of `offered` that the client accepts (RFC 9110, quality 0 meaning "not this one"). */
export function chooseEncoding(header: string | undefined, offered: readonly Exclude<Encoding, 'identity'>[]): Encoding {
  const accepted = new Map((header ?? '').toLowerCase().split(',').map((part) => {
    const [name = '', ...parameters] = part.split(';').map((each) => each.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return [name, quality ? Number(quality.slice(2)) : 1] as const;
  }));
  return offered.find((name) => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0) ?? 'identity';
}
