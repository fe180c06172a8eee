/** Without these there is nothing to train on. The shop's owner grants them by installing the app. */
export const REQUIRED_SCOPES = ['read_products', 'read_orders', 'read_inventory'] as const;

/** An order's customer, of whom only a keyed hash is stored: with it a returning shopper's orders belong together. */
export const CUSTOMER_SCOPE = 'read_customers';

/** Whether a shop has granted a permission; the right to write is the right to read too. */
export function hasScope(granted: string | null, scope: string): boolean {
  const all = (granted ?? '').split(',').map((each) => each.trim());
  return all.includes(scope) || all.includes(scope.replace(/^read_/, 'write_'));
}

/** What the app needs and the shop has not granted. Nothing is missing where it is not known what was granted. */
export function missingScopes(granted: string | null): string[] {
  return granted === null ? [] : REQUIRED_SCOPES.filter((scope) => !hasScope(granted, scope));
}

/** What the storefront's side needs: the app proxy, and a web pixel that may read the platform's events. */
export const STOREFRONT_SCOPES = ['write_app_proxy', 'write_pixels', 'read_customer_events'] as const;
