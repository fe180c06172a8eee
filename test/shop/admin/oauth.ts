import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { InstalledApp, ShopState } from '../state.ts';

/** Lifetime of an expiring access token, and of the refresh token beside it; seconds. */
const ACCESS_SECONDS = 3_600;
const REFRESH_SECONDS = 90 * 86_400;
/** How long after its first use a refresh token may be used again, if its replacement never is; seconds. */
const RETRY_SECONDS = 30 * 86_400;
/** Clocks may differ by this much; seconds. */
const LEEWAY = 10;

interface Answer { readonly status: 200 | 400 | 401; readonly body: Readonly<Record<string, unknown>> }

export interface TokenDesk {
  /** Mints what App Bridge hands to the app's page: an HS256 token for one minute. */
  sessionToken(input: { shopDomain?: string; userId?: string }): string;
  /** `POST /admin/oauth/access_token`. */
  exchange(body: Readonly<Record<string, unknown>>): Answer;
  /** Whether an access token opens the Admin API now. */
  check(accessToken: string | undefined): 'valid' | 'unknown' | 'expired';
  /** Forgets every token: the app was uninstalled. */
  revoke(): void;
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const sign = (text: string, secret: string): string => createHmac('sha256', secret).update(text).digest('base64url');
const failure = (error: string, description: string, status: 400 | 401 = 400): Answer => ({ status, body: { error, error_description: description } });

/** Issues and checks the tokens of the installed app. */
export function createTokenDesk(state: ShopState): TokenDesk {
  const access = new Map<string, { readonly expires: number | null; readonly issued: number }>();
  /** A refresh token stays good until the one that replaced it is used (`replaces` names it), for 30 days at most. */
  const refresh = new Map<string, { readonly expires: number; readonly replaces: string | null; firstUsed: number | null }>();
  const seconds = (): number => Math.floor(state.clock() / 1000);

  function issue(app: InstalledApp, expiring: boolean, replaces: string | null = null): Answer {
    const accessToken = `shpat_${randomBytes(16).toString('hex')}`;
    access.set(accessToken, { expires: expiring ? seconds() + ACCESS_SECONDS : null, issued: state.clock() });
    const body = { access_token: accessToken, scope: app.scopes.join(',') };
    if (!expiring) return { status: 200, body };
    const refreshToken = `shprt_${randomBytes(16).toString('hex')}`;
    refresh.set(refreshToken, { expires: seconds() + REFRESH_SECONDS, replaces, firstUsed: null });
    const ends = state.faults.omitExpiresIn ? {} : { expires_in: ACCESS_SECONDS, refresh_token_expires_in: REFRESH_SECONDS };
    return { status: 200, body: { ...body, ...ends, refresh_token: refreshToken } };
  }

  function claimsProblem(token: unknown, app: InstalledApp): string | null {
    if (typeof token !== 'string') return 'subject_token is missing';
    const [head, payload, signature, rest] = token.split('.');
    if (signature === undefined || rest !== undefined) return 'subject_token is not a JWT';
    const expected = Buffer.from(sign(`${head}.${payload}`, app.clientSecret)), given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return 'subject_token has a bad signature';
    let header: { alg?: unknown }, claims: Record<string, unknown>;
    try {
      header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as typeof header;
      claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as typeof claims;
    } catch {
      return 'subject_token is not a JWT';
    }
    if (header.alg !== 'HS256') return 'subject_token must be signed with HS256';
    if (claims.aud !== app.clientId) return 'subject_token is for another app';
    if (claims.dest !== `https://${state.domain}`) return 'subject_token is for another shop';
    if (typeof claims.exp !== 'number' || claims.exp + LEEWAY < seconds()) return 'subject_token has expired';
    if (typeof claims.nbf === 'number' && claims.nbf - LEEWAY > seconds()) return 'subject_token is not valid yet';
    return null;
  }

  return {
    sessionToken({ shopDomain = state.domain, userId = '90000001' }) {
      if (!state.app) throw new Error('No app is installed in the simulated shop: call install() first.');
      const now = seconds();
      const head = base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }));
      const payload = base64url(JSON.stringify({
        iss: `https://${shopDomain}/admin`, dest: `https://${shopDomain}`, aud: state.app.clientId, sub: userId,
        exp: now + 60, nbf: now, iat: now, jti: randomUUID(), sid: randomUUID(),
      }));
      return `${head}.${payload}.${sign(`${head}.${payload}`, state.app.clientSecret)}`;
    },
    exchange(body) {
      const { app } = state;
      if (!app || body.client_id !== app.clientId) return failure('application_cannot_be_found', 'The application cannot be found');
      if (body.client_secret !== app.clientSecret) return failure('invalid_client', 'The client secret is wrong', 401);
      if (body.grant_type === 'urn:ietf:params:oauth:grant-type:token-exchange') {
        if (body.subject_token_type !== 'urn:ietf:params:oauth:token-type:id_token') return failure('invalid_request', 'subject_token_type must be an id token');
        if (body.requested_token_type !== 'urn:shopify:params:oauth:token-type:offline-access-token') return failure('invalid_request', 'this shop issues offline access tokens only');
        const problem = claimsProblem(body.subject_token, app);
        if (problem) return failure('invalid_subject_token', problem);
        refresh.clear(); // a new pair replaces every one before
        return issue(app, body.expiring === '1' || body.expiring === 1);
      }
      if (body.grant_type === 'refresh_token') {
        const token = typeof body.refresh_token === 'string' ? body.refresh_token : '';
        const known = refresh.get(token);
        const late = known?.firstUsed != null && known.firstUsed + RETRY_SECONDS < seconds();
        if (!known || late || known.expires < seconds() || state.faults.refuseRefresh) return failure('invalid_grant', 'The refresh token is unknown, replaced or expired');
        known.firstUsed ??= seconds();
        // Rotation: using a token retires the one before it. Only its own answer may have been lost.
        if (known.replaces !== null) refresh.delete(known.replaces);
        for (const [other, { replaces }] of refresh) if (replaces === token) refresh.delete(other);
        // A refresh mends the fault: from here on this token counts.
        state.faults.expireToken = false;
        access.clear();
        return issue(app, true, token);
      }
      return failure('unsupported_grant_type', 'Use token exchange or a refresh token');
    },
    check(accessToken) {
      const known = access.get(accessToken ?? '');
      if (!known) return 'unknown';
      if (state.faults.expireToken) return 'expired';
      return known.expires !== null && known.expires < seconds() ? 'expired' : 'valid';
    },
    revoke() {
      access.clear();
      refresh.clear();
    },
  };
}
