import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import type * as Loader from '../../sdk/src/engine/engine.ts';
import type { BackendChoice, LoadInput } from '../../sdk/src/engine/protocol.ts';
import { launchBrowser } from '../browser.ts';
import type * as Conformance from './conformance-page.ts';
import { engineBundle } from './engine-bundle.ts';
import { createSigner, randomArtifact, type RandomModelOptions } from './random-model.ts';

/** What the script of `engineBundle` leaves on the page. */
export type PageEngine = Pick<typeof Loader, 'loadEngine'> & Pick<typeof Conformance, 'checkBackends'>;

/** A `LoadInput` on its way to a page: the bytes are fetched from there. */
export type RemoteInput = Omit<LoadInput, 'bytes'> & { readonly url: string };

export interface EnginePage {
  /** Opens a page with the engine's script. `policy`: its Content-Security-Policy. */
  open(policy?: string): Promise<Page>;
  /** An artifact of random weights, served to the pages. */
  artifact(options: RandomModelOptions): Promise<{ bytes: Uint8Array<ArrayBuffer>; input(backend: BackendChoice): RemoteInput }>;
  close(): Promise<void>;
}

/** A browser and a server that hands it the engine and artifacts. */
export async function openEnginePage(): Promise<EnginePage> {
  const signer = await createSigner();
  const script = await engineBundle();
  const artifacts = new Map<string, Uint8Array>();
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://page');
    const artifact = artifacts.get(url.pathname);
    if (artifact) response.end(artifact);
    else if (url.pathname === '/engine.js') response.setHeader('content-type', 'text/javascript').end(script);
    else {
      const policy = url.searchParams.get('policy');
      if (policy) response.setHeader('content-security-policy', policy);
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>engine</title><script src="/engine.js"></script>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser: Browser = await launchBrowser();
  return {
    async open(policy = '') {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?policy=${encodeURIComponent(policy)}`);
      return page;
    },
    async artifact(options) {
      const { bytes, hash, shop } = await randomArtifact(signer, options);
      const url = `/artifact-${artifacts.size}`;
      artifacts.set(url, bytes);
      return { bytes: bytes as Uint8Array<ArrayBuffer>, input: (backend) => ({ url, publicKey: signer.key, hash, shop, backend }) };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
