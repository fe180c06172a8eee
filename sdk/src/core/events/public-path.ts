/** What stands below these names one person's order, checkout or account. */
const PERSONAL = /(\/(?:checkouts?|orders?|account|tools))\/.*/i;

/** `LIMITS.text`, whose whole table would come into the loader with it. */
const MOST = 256;

/**
 * A page's path as it may be reported: without what only one shopper's page has in it, a checkout's or an order's token.
 *
 * @example
 * publicPath('/products/mug'); // "/products/mug"
 * publicPath('/checkouts/cn/Z2NwLWV1'); // "/checkouts"
 */
export const publicPath = (pathname: string): string => pathname.replace(PERSONAL, '$1').slice(0, MOST);
