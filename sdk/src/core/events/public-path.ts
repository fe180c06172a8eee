import { LIMITS } from './types.ts';

/** Below these, with or without a language before them, a path names one person's order, checkout or account. */
const PERSONAL = /^((?:\/[a-z]{2}(?:-[a-z]{2})?)?\/(?:checkouts?|orders?|account|tools))(?:\/.*)?$/i;
/** An order's page by its shop's number: "/5678/orders/9f2c…". */
const NUMBERED = /^\/\d+\/(orders|checkouts)\/.*$/;

/**
 * A page's path as it may be reported: without what only one shopper's page has in it, a checkout's or an order's token.
 *
 * @example
 * publicPath('/products/mug'); // "/products/mug"
 * publicPath('/checkouts/cn/Z2NwLWV1'); // "/checkouts"
 */
export function publicPath(pathname: string): string {
  return pathname.replace(NUMBERED, '/$1').replace(PERSONAL, '$1').slice(0, LIMITS.text) || '/';
}
