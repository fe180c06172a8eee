import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { Device } from '../../plugin-server/src/config.ts';
import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { startDevice } from '../../plugin-server/src/pipeline/train/choose-device.ts';
import { trainInWorker } from '../../plugin-server/src/pipeline/train/train-in-worker.ts';
import { madeUpInteractions } from '../made-up-interactions.ts';

// The GPU path runs here on SwiftShader, the Vulkan driver in Debian's chromium that computes on the CPU: the same
// shaders as on a card, slowly. It proves that the path is right, and nothing about its speed.
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const LOADER = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'].some((folder) => existsSync(`${folder}/libvulkan.so.1`));
const skip = !existsSync(DRIVER) || !LOADER ? 'no SwiftShader: needs the Debian packages chromium and libvulkan1' : false;
if (!skip) process.env.VK_ICD_FILENAMES = DRIVER;

async function train(device: Device) {
  const notes: string[] = [];
  const result = await trainInWorker(madeUpInteractions({ events: 400, items: 40 }), {
    dataset: 'made up', device, softwareGpu: true, seed: 3, epochs: 2, dim: 8, batchSize: 512, onNote: (line) => notes.push(line),
  });
  return { notes, result };
}

test('on a GPU the model trains as in the reference: the same losses, the same ranking', { skip }, async () => {
  const [gpu, reference] = [await train('gpu'), await train('reference')];
  assert.match(gpu.notes[0], /^Training on the GPU \(WebGPU\): .*swiftshader.*, as asked; its gradients agree with the CPU's\.$/i);
  const losses = ({ result }: typeof gpu) => result.history.map(({ loss }) => loss);
  assert.equal(losses(gpu).length, 2);
  losses(gpu).forEach((loss, epoch) => {
    const wanted = losses(reference)[epoch];
    assert.ok(Math.abs(loss - wanted) < 1e-4 * wanted, `epoch ${epoch + 1}: ${loss} against ${wanted}`);
  });
  const shipped = ({ result }: typeof gpu) => result.evaluations.map(({ rows }) => rows[0].metrics['NDCG@20']);
  shipped(gpu).forEach((value, task) => assert.ok(Math.abs(value - shipped(reference)[task]) < 0.005, `${value} against ${shipped(reference)[task]}`));
});

test('an emulated GPU is refused: by name when it is asked for, by taking the CPU otherwise', { skip }, async () => {
  await assert.rejects(startDevice('gpu'), { code: 'bad_config', message: /^This machine cannot train on a GPU: the only adapter, .*swiftshader.*, is emulated on the CPU\. Train with --device cpu\.$/i });
  const { path, reason, close } = await startDevice('auto');
  assert.notEqual(path, 'gpu');
  assert.match(reason, /^Training on the CPU .*: the only adapter, .*swiftshader.*, is emulated on the CPU\.$/i);
  await close();
});

test('without a driver, auto says so and takes the CPU', async () => {
  const before = process.env.VK_ICD_FILENAMES;
  process.env.VK_ICD_FILENAMES = '/nowhere';
  try {
    const { path, reason } = await startDevice('auto');
    if (process.platform === 'linux') assert.match(reason, /no GPU was found that offers Vulkan/);
    assert.ok(reason.startsWith('Training on ') && path !== undefined);
  } finally {
    if (before === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = before;
  }
});
