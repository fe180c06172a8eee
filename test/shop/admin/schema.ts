import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { GraphQLSchema, IntrospectionQuery } from 'graphql';
import { buildClientSchema } from 'graphql';

/** Versions of the Admin API that this shop answers. */
export const API_VERSIONS = ['2026-07', '2026-10'] as const;
export type ApiVersion = (typeof API_VERSIONS)[number];

const built = new Map<ApiVersion, GraphQLSchema>();

/**
 * The platform's published schema of a version, built on first use (about a quarter of a second) and kept.
 *
 * Only the data files of the package are read; none of its code runs.
 */
export function adminSchema(version: ApiVersion): GraphQLSchema {
  let schema = built.get(version);
  if (!schema) {
    const file = new URL(`data/admin_${version}.json.gz`, import.meta.resolve('@shopify/dev-mcp'));
    const introspection = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as { data: IntrospectionQuery };
    schema = buildClientSchema(introspection.data, { assumeValid: true });
    teachScalars(schema);
    built.set(version, schema);
  }
  return schema;
}

/** A client schema knows scalars by name only; whole numbers beyond 2^53 go out as text, as the platform sends them. */
function teachScalars(schema: GraphQLSchema): void {
  const unsigned = schema.getType('UnsignedInt64');
  if (unsigned && 'serialize' in unsigned) unsigned.serialize = (value: unknown) => String(value);
  // The platform adds values to these between versions; the fault `unknownEnums` sends some that no schema has.
  for (const name of ['ProductStatus', 'ProductVariantInventoryPolicy']) {
    const type = schema.getType(name);
    if (type && 'serialize' in type) type.serialize = (value: unknown) => String(value);
  }
}
