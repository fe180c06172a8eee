import type { Texts } from '../locales.ts';

export const texts: Texts = {
  headings: {
    related: 'こちらもおすすめ',
    'bought-together': 'よく一緒に購入される商品',
    'for-you': 'あなたへのおすすめ',
    trending: '人気上昇中',
    'recently-viewed': '最近チェックした商品',
    'buy-again': 'もう一度購入',
    'similar-cheaper': '似ていてお手頃な商品',
    'similar-dearer': '似ていてワンランク上の商品',
  },
  reasons: {
    visit: '今回ご覧の商品に合わせて',
    'bought-with': 'よく一緒に購入されています',
    'viewed-with': 'よく一緒に見られています',
    again: '以前ご覧になった商品',
    popular: '当店の人気商品',
    trending: '人気上昇中',
    new: '新着商品',
    viewed: 'チェックした商品',
    bought: '以前ご購入の商品',
    cheaper: '似た商品で、よりお手頃',
    dearer: '似た商品で、ワンランク上',
    pinned: 'お店のおすすめ',
    boosted: 'お店のおすすめ',
  },
  reasonsWith: {
    visit: '「{title}」をご覧になったため',
    'bought-with': '「{title}」とよく一緒に購入',
    'viewed-with': '「{title}」とよく一緒に閲覧',
  },
};
