/** What is known of a product before anyone has looked at it. */
export interface ProductContent {
  readonly id: string;
  readonly title: string;
  readonly productType: string;
  readonly vendor: string;
  readonly tags: readonly string[];
  /** Lowest variant price in the shop's currency. */
  readonly price: number | null;
  /** Numbers that describe the picture, as many for every product that has one; where a shop has a model that makes them. */
  readonly picture?: readonly number[];
}
