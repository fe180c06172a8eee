import { decodeArtifact } from '@vitrine/sdk/core';

/** An artifact's bytes, 16 a line, each section under its name; lines of zeros inside a section are shown as "*". */
export function annotatedHexdump(file: Buffer): string {
  const { manifest } = decodeArtifact(file);
  const manifestEnd = 64 + file.readUInt32LE(8);
  const start = Math.ceil(manifestEnd / 64) * 64;
  const sections: [number, string][] = [
    [0, 'header: magic, version 2, reserved 0, manifest length, tensor section length, zeros'],
    [64, `manifest: ${manifestEnd - 64} bytes of JSON, zeros up to ${start}`],
    ...manifest.tensors.map(({ name, type, shape, offset, bytes }): [number, string] => [
      start + offset, `tensor "${name}": ${type} [${shape}], offset ${offset}, ${bytes} bytes`,
    ]),
    [file.length - 64, 'signature: r, s'],
  ];
  return sections.map(([from, title], index) => `${title}\n${dump(file, from, sections[index + 1]?.[0] ?? file.length)}`).join('\n');
}

function dump(file: Buffer, from: number, to: number): string {
  const lines: string[] = [];
  for (let at = from; at < to; at += 16) {
    const row = file.subarray(at, at + 16);
    const zeros = at > from && row.every((byte) => byte === 0);
    const hex = row.toString('hex').replace(/../g, '$& ').replace(/^(.{24})/, '$1 ');
    const ascii = row.toString('latin1').replace(/[^ -~]/g, '.');
    const line = zeros ? '*' : `  ${at.toString(16).padStart(4, '0')}  ${hex} ${ascii}`;
    if (!zeros || lines.at(-1) !== line) lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}
