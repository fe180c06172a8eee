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

/**
 * The dashboard's document. App Bridge is the first script, as it asks; nothing is inline, so a policy of
 * `script-src 'self'` and the host of App Bridge is enough.
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
<link rel="stylesheet" href="/assets/dashboard.css">
<script type="module" src="/assets/dashboard.js"${nonceAttribute}></script>
</head>
<body>
<div id="dashboard" data-shop="${shop}"><noscript>The dashboard needs JavaScript.</noscript></div>
</body>
</html>
`.toString();
}
