import { html } from 'hono/html';

/** What the dashboard's document is made for. */
export interface DashboardDocument {
  /** The shop's domain or name; shown until the data is there. */
  readonly shop: string;
  /** The app's client id, which App Bridge reads from the document. Empty outside Shopify's admin. */
  readonly apiKey: string;
  /** Address of App Bridge; empty outside Shopify's admin. */
  readonly appBridgeUrl: string;
  /** Goes on the scripts when the policy asks for one. */
  readonly nonce?: string;
}

/** A pane of glass, in the document itself: the policy needs `img-src data:`. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" fill="none" stroke="#0b6b5e" stroke-width="2"><rect x="2" y="2" width="16" height="16" rx="5"/><path d="M5 15L15 5"/></svg>')}`;

/**
 * The dashboard's document. App Bridge is the first script, as it asks; nothing is inline, so a policy of
 * `script-src 'self'` with the host of App Bridge, and `img-src 'self' data:`, is enough.
 *
 * @example
 * c.html(renderDashboardDocument({ shop: 'demo.myshopify.com', apiKey, appBridgeUrl }))
 */
export function renderDashboardDocument({ shop, apiKey, appBridgeUrl, nonce }: DashboardDocument): string {
  const nonceAttribute = nonce === undefined ? '' : html` nonce="${nonce}"`;
  const appBridge = apiKey && appBridgeUrl
    ? html`<meta name="shopify-api-key" content="${apiKey}">
<script src="${appBridgeUrl}"${nonceAttribute}></script>
`
    : '';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${appBridge}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Vitrine · ${shop}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/assets/dashboard.css">
<script type="module" src="/assets/dashboard.js"${nonceAttribute}></script>
</head>
<body>
<div id="dashboard" data-shop="${shop}"><noscript>The dashboard needs JavaScript.</noscript></div>
</body>
</html>
`.toString();
}
