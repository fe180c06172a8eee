import type { ShopState } from '../state.ts';
import { gid } from './graph.ts';

/** What an app has left in the shop for its storefront. */
export interface StorefrontSettings {
  /** The installation's metafields, as "namespace.key". */
  readonly metafields: Map<string, string>;
  pixel: { readonly id: string; settings: string } | null;
}

const settings = new WeakMap<ShopState, StorefrontSettings>();

/** A shop's own; gone with the app, as `uninstall` has them forgotten. */
export function storefrontSettings(state: ShopState): StorefrontSettings {
  let own = settings.get(state);
  if (!own) settings.set(state, (own = { metafields: new Map(), pixel: null }));
  return own;
}

export function forgetStorefrontSettings(state: ShopState): void {
  settings.delete(state);
}

export interface MetafieldInput { readonly ownerId: string; readonly namespace?: string | null; readonly key: string; readonly type?: string | null; readonly value: string }
export type PixelArguments = { readonly webPixel: { readonly settings: unknown } };

/** Resolvers for metafields of the app's installation, and for its web pixel. */
export function storefrontResolvers(state: ShopState, scopes: readonly string[]) {
  const own = () => storefrontSettings(state);
  const refused = (code: string, message: string) => ({ webPixel: null, userErrors: [{ code, field: ['webPixel'], message }] });
  const problem = (value: unknown): ReturnType<typeof refused> | undefined => {
    if (!scopes.includes('write_pixels') || !scopes.includes('read_customer_events')) return refused('UNEXPECTED_ERROR', 'The app needs the write_pixels and read_customer_events access scopes.');
    try {
      const parsed = (typeof value === 'string' ? JSON.parse(value) : value) as Record<string, unknown>;
      // The fields that shopify.extension.toml declares.
      if (['shop', 'key', 'server'].every((field) => typeof parsed[field] === 'string' && parsed[field] !== '')) return undefined;
    } catch { /* said below */ }
    return refused('INVALID_SETTINGS', 'Settings do not match the definition of the extension.');
  };
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return {
    metafieldsSet({ metafields }: { metafields: readonly MetafieldInput[] }) {
      for (const [index, { ownerId, namespace, key, type, value }] of metafields.entries()) {
        const wrong = (code: string, message: string) => ({ metafields: null, userErrors: [{ code, field: ['metafields', String(index), 'value'], message, elementIndex: index }] });
        if (ownerId !== gid('AppInstallation', '70000000001')) return wrong('INVALID', 'Owner does not exist');
        if (type === 'json') {
          try {
            JSON.parse(value);
          } catch {
            return wrong('INVALID_VALUE', 'Value is invalid JSON');
          }
        }
        if (Buffer.byteLength(value) > 128_000) return wrong('TOO_LONG', 'Value is too long');
        own().metafields.set(`${namespace ?? '$app'}.${key}`, value);
      }
      return { metafields: [], userErrors: [] };
    },
    webPixel: () => own().pixel,
    webPixelCreate({ webPixel }: PixelArguments) {
      const wrong = problem(webPixel.settings);
      if (wrong) return wrong;
      if (own().pixel) return refused('TAKEN', 'Web pixel has already been taken');
      own().pixel = { id: gid('WebPixel', '1'), settings: text(webPixel.settings) };
      return { webPixel: own().pixel, userErrors: [] };
    },
    webPixelUpdate({ id, webPixel }: PixelArguments & { readonly id: string }) {
      const wrong = problem(webPixel.settings);
      if (wrong) return wrong;
      if (own().pixel?.id !== id) return refused('NOT_FOUND', 'Web pixel was not found');
      own().pixel!.settings = text(webPixel.settings);
      return { webPixel: own().pixel, userErrors: [] };
    },
  };
}
