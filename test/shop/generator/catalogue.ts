/**
 * What the shop sells: twenty-two kinds of things for a kitchen, a table, a garden and a desk, with the facts that the
 * simulation draws from.
 */
export interface TypeFacts {
  readonly name: string;
  /** Form drawn in the picture. */
  readonly shape: string;
  readonly nouns: readonly string[];
  readonly materials: readonly string[];
  /** Lowest and highest usual price, whole currency units. */
  readonly price: readonly [number, number];
  /** Relative number of visits that come for it. */
  readonly weight: number;
  /** Bought again and again. */
  readonly consumable: boolean;
  /** Week of the year with the highest demand, and how pronounced it is (0 none, 1.5 strong). */
  readonly season: readonly [number, number];
  readonly option: readonly [string, readonly string[]];
  readonly use: string;
  /** Types that go with it. */
  readonly goesWith: readonly string[];
}

const type = (
  name: string, shape: string, nouns: string, materials: string, price: readonly [number, number], weight: number, consumable: boolean,
  season: readonly [number, number], option: string, use: string, goesWith: string,
): TypeFacts => {
  const [label, values] = option.split(': ');
  return {
    name, shape, nouns: nouns.split(', '), materials: materials.split(', '), price, weight, consumable, season,
    option: [label, values.split(', ')], use, goesWith: goesWith.split(', '),
  };
};

export const TYPES: readonly TypeFacts[] = [
  type('Mugs', 'mug', 'Mug, Tall Mug, Latte Cup', 'Stoneware, Porcelain, Enamel', [12, 32], 10, false, [48, 0.4], 'Size: 250 ml, 350 ml', 'Dishwasher safe and comfortable in both hands.', 'Loose tea, Coffee, Teapots'),
  type('Teapots', 'teapot', 'Teapot, Teapot with Strainer', 'Stoneware, Cast Iron, Glass', [34, 95], 4, false, [46, 0.6], 'Size: 0.6 l, 1 l', 'Pours without a drip; the strainer lifts out.', 'Loose tea, Mugs'),
  type('Loose tea', 'pouch', 'Green Tea, Black Tea, Herbal Infusion, Oolong', 'Organic, Single Garden, Hand-picked', [7, 24], 10, true, [50, 0.6], 'Weight: 100 g, 250 g', 'Packed the week it arrives, in a bag that closes again.', 'Teapots, Mugs, Honey'),
  type('Coffee', 'pouch', 'Espresso Beans, Filter Coffee, House Blend', 'Slow-roasted, Single Origin, Decaf', [9, 28], 9, true, [3, 0.3], 'Weight: 250 g, 1 kg', 'Roasted in small batches, best within two months.', 'Coffee makers, Mugs'),
  type('Coffee makers', 'dripper', 'Dripper, Pour-over Set, Coffee Filter', 'Steel, Glass, Ceramic', [24, 110], 4, false, [49, 0.7], 'Size: 2 cups, 4 cups', 'Everything comes apart for cleaning.', 'Coffee, Mugs'),
  type('Honey', 'jar', 'Blossom Honey, Forest Honey, Berry Jam', 'Raw, Creamed, Small-batch', [6, 18], 5, true, [44, 0.5], 'Size: 250 g, 500 g', 'From one valley and one season.', 'Loose tea, Boards'),
  type('Plates', 'plate', 'Dinner Plate, Side Plate, Serving Plate', 'Stoneware, Porcelain, Terracotta', [14, 48], 7, false, [47, 0.3], 'Set: Single, Set of 4', 'Glazed by hand, so no two are quite alike.', 'Bowls, Glasses, Table linen'),
  type('Bowls', 'bowl', 'Bowl, Pasta Bowl, Salad Bowl', 'Stoneware, Acacia, Porcelain', [12, 56], 7, false, [24, 0.2], 'Set: Single, Set of 4', 'Deep enough for soup, wide enough for salad.', 'Plates, Table linen'),
  type('Glasses', 'glass', 'Tumbler, Water Glass, Juice Glass', 'Recycled Glass, Mouth-blown, Ribbed', [9, 42], 6, false, [26, 0.6], 'Set: Single, Set of 2', 'Heavy at the foot and thin at the lip.', 'Plates, Table linen'),
  type('Table linen', 'cloth', 'Tablecloth, Napkin Set, Tea Towel', 'Washed Linen, Cotton, Hemp', [16, 89], 4, false, [49, 0.6], 'Size: Small, Large', 'Pre-washed: soft from the first day.', 'Plates, Glasses, Candles'),
  type('Boards', 'board', 'Chopping Board, Bread Board, Serving Board', 'Oak, Walnut, Olive Wood', [19, 78], 4, false, [50, 0.8], 'Size: Medium, Large', 'Oiled, and good for decades if oiled again.', 'Aprons, Honey'),
  type('Aprons', 'apron', 'Apron, Bib Apron, Work Apron', 'Canvas, Washed Linen, Denim', [18, 62], 3, false, [50, 0.7], 'Length: Regular, Long', 'Crossed straps and one deep pocket.', 'Boards, Table linen'),
  type('Candles', 'candle', 'Scented Candle, Pillar Candle, Votive Candle', 'Soy Wax, Beeswax, Rapeseed Wax', [9, 38], 8, true, [50, 1.3], 'Burn time: 20 h, 45 h', 'Burns clean to the last centimetre.', 'Candle holders, Throws'),
  type('Candle holders', 'holder', 'Candle Holder, Candlestick, Taper Holder', 'Brass, Ceramic, Smoked Glass', [14, 58], 4, false, [49, 1.2], 'Height: Low, Tall', 'Stands firm and catches the drips.', 'Candles'),
  type('Cushions', 'cushion', 'Cushion, Floor Cushion, Seat Cushion', 'Linen, Boucle, Cotton Velvet', [22, 74], 5, false, [40, 0.4], 'Size: 40 cm, 50 cm', 'With a feather pad and a hidden zip.', 'Throws, Lamps'),
  type('Throws', 'throw', 'Throw, Wool Blanket, Bedspread', 'Lambswool, Cotton, Merino', [39, 149], 4, false, [47, 1.1], 'Size: Single, Double', 'Woven in a mill that has done little else.', 'Cushions, Candles'),
  type('Lamps', 'lamp', 'Table Lamp, Desk Lamp, Bedside Lamp', 'Rattan, Linen, Ceramic', [45, 220], 3, false, [43, 0.7], 'Cable: 1.5 m, 3 m', 'Warm light, and a switch where the hand expects it.', 'Cushions, Vases'),
  type('Vases', 'vase', 'Vase, Bud Vase, Table Vase', 'Stoneware, Glass, Terracotta', [16, 84], 5, false, [19, 0.5], 'Height: 15 cm, 28 cm', 'Watertight, with a weighted foot.', 'Plant pots, Lamps'),
  type('Plant pots', 'pot', 'Plant Pot, Planter, Herb Pot', 'Terracotta, Concrete, Zinc', [12, 64], 6, false, [18, 1.0], 'Diameter: 14 cm, 22 cm', 'With a drain hole and a saucer.', 'Seeds, Garden tools'),
  type('Seeds', 'packet', 'Wildflower Seeds, Herb Seeds, Tomato Seeds', 'Organic, Heirloom, Bee-friendly', [3, 12], 7, true, [15, 1.6], 'Pack: Single, Trio', 'Tested for this year; sowing dates on the back.', 'Plant pots, Garden tools'),
  type('Garden tools', 'trowel', 'Trowel, Hand Trowel, Bulb Planter', 'Ash and Steel, Forged, Copper', [14, 72], 4, false, [17, 1.3], 'Size: Standard, Large', 'Sharpened before it ships.', 'Seeds, Plant pots'),
  type('Stationery', 'notebook', 'Notebook, Planner, Journal', 'Recycled Paper, Cotton Paper, Clothbound', [6, 34], 5, true, [35, 0.7], 'Ruling: Plain, Dotted', 'Opens flat and takes ink without bleeding.', 'Candles, Mugs'),
];

/** Six looks that run through all types; a shopper leans towards some of them. */
export const STYLES = [
  { name: 'nordic', series: ['Fjord', 'Skerry', 'Lund', 'Birk'], colours: ['Chalk', 'Fog', 'Slate', 'Pine'], pattern: 'plain', vendors: ['Nordlys Studio', 'Halm & Ask'] },
  { name: 'rustic', series: ['Granary', 'Orchard', 'Thatch', 'Mill'], colours: ['Oat', 'Clay', 'Rust', 'Umber'], pattern: 'speckle', vendors: ['Millrace Pottery', 'Old Barn Goods'] },
  { name: 'botanical', series: ['Fernhill', 'Meadow', 'Sorrel', 'Laurel'], colours: ['Sage', 'Moss', 'Olive', 'Leaf'], pattern: 'leaf', vendors: ['Greenhouse No. 4', 'Sorrel & Co'] },
  { name: 'modern', series: ['Axis', 'Grid', 'Mono', 'Form'], colours: ['Ink', 'Graphite', 'Cobalt', 'Chalk'], pattern: 'band', vendors: ['Atelier Kant', 'Grid Works'] },
  { name: 'vintage', series: ['Parlour', 'Almanac', 'Tea Rose', 'Heirloom'], colours: ['Rose', 'Plum', 'Honey', 'Teal'], pattern: 'stripe', vendors: ['Parlour & Sons', 'Almanac Trading'] },
  { name: 'playful', series: ['Confetti', 'Picnic', 'Bonbon', 'Kite'], colours: ['Coral', 'Sunflower', 'Sky', 'Mint'], pattern: 'dot', vendors: ['Picnic Club', 'Kite Makers'] },
] as const;

export const COLOURS: Readonly<Record<string, string>> = {
  Chalk: '#e9e4d8', Fog: '#b9c2c4', Slate: '#66757f', Pine: '#3d5a50', Oat: '#d8c3a0', Clay: '#bd7a57', Rust: '#a4512f', Umber: '#6b4a36',
  Sage: '#9db08f', Moss: '#6f7f4a', Olive: '#8b8a4b', Leaf: '#5d9160', Ink: '#27364a', Graphite: '#4a4d52', Cobalt: '#2f5aa6', Rose: '#d49a9a',
  Plum: '#704264', Honey: '#d99f3f', Teal: '#2f7f80', Coral: '#e8795f', Sunflower: '#efb938', Sky: '#7fb4d6', Mint: '#97cfb4',
};
