/**
 * Lines of an order that are not things a shopper chooses: postage, fees, vouchers, discounts, bookkeeping.
 *
 * The rule: the code is one of CODES or begins like a gift voucher's, or the whole title is one of TITLES. A code is
 * never judged by its form (no digit, one letter): real products have such codes too.
 */
const CODES: ReadonlySet<string> = new Set([
  'POST', 'DOT', 'C2', 'C3', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'PADS', 'ADJUST', 'ADJUST2',
  'POSTAGE', 'SHIPPING', 'CARRIAGE', 'DELIVERY', 'FREIGHT', 'HANDLING', 'DISCOUNT', 'COUPON', 'VOUCHER', 'GIFTCARD', 'GIFT CARD', 'GIFT-CARD',
  'SAMPLES', 'MANUAL', 'FEE', 'TIP', 'SURCHARGE', 'DEPOSIT', 'REFUND', 'VERSAND', 'VERSANDKOSTEN', 'GUTSCHEIN', 'RABATT',
]);
const VOUCHER_CODE = /^GIFT[_ -]?(CARD|VOUCHER|\d)/;
const TITLES = new RegExp(`^(${[
  '(dotcom )?postage( and packing)?', 'carriage', 'shipping( costs?| fee| charges?| protection)?', 'delivery( costs?| fee| charges?)?', 'freight', 'handling( fee)?',
  'manual', 'discount', 'samples?', 'bank charges', 'amazon fee', '\\w+ commission', 'tip', '(e-?)?gift ?(card|voucher|certificate)s?',
  '.*gift voucher .*\\d.*', 'versand(kosten)?', 'porto', 'gutschein', 'rabatt', 'frais de port',
].join('|')})$`, 'i');
const ADJUSTMENT = /^adjust(ment)?\b/i;

/** Whether an order line is not a product. */
export function isNonProduct(code: string, title: string): boolean {
  const plain = code.toUpperCase();
  return CODES.has(plain) || VOUCHER_CODE.test(plain) || TITLES.test(title);
}

/** Whether an order line is bookkeeping ("Adjust bad debt"). */
export function isAdjustment(title: string): boolean {
  return ADJUSTMENT.test(title);
}
