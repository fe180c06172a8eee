import type { Context } from '../context.ts';
import { listPrivacyRequests as listStored, type PrivacyKind } from '../store/privacy-requests.ts';

/** A request about a person's data as the owner sees it. Times are milliseconds since 1970. */
export interface PrivacyRequest {
  readonly id: string;
  readonly kind: PrivacyKind;
  readonly receivedAt: number;
  readonly dueAt: number;
  readonly doneAt: number | null;
  /** A data request whose answer can be fetched. */
  readonly answerable: boolean;
  readonly removed: Readonly<Record<string, number>>;
}

/** The shop's requests about persons' data, the newest first. */
export async function listPrivacyRequests(ctx: Context, input: { readonly shop: string }): Promise<PrivacyRequest[]> {
  return (await listStored(ctx.db, input.shop)).map(({ subject, ...request }) => ({ ...request, answerable: subject !== null }));
}
