import { VitrineError } from '@vitrine/sdk/core';
import { DEVICES } from '../config.ts';
import { evaluateShop } from '../services/evaluate-shop.ts';
import { required } from './command.ts';
import type { Command } from './command.ts';
import { evaluateFromFiles } from './evaluate-files.ts';
import { evaluateIntentFile, INTENT_OPTIONS } from './evaluate-intent.ts';
import { evaluationJson, formatEvaluation } from './evaluation-table.ts';

export const command: Command = {
  usage: `vitrine evaluate --shop NAME
vitrine evaluate recommendation --sessions FILE [--test FILE] [options]
vitrine evaluate intent --file CSV --label COLUMN [options]

The first form scores a stored shop's newest model on orders it has not seen. The second needs no shop: it trains on
plain files and scores our model, as float32 and as shipped, beside baselines whose settings are chosen on the same
validation data. Files are text, plain or gzip.

  --protocol P     next-item      --sessions TRAIN --test TEST, one session a line, item ids separated by spaces, oldest
                                  first; every position of every test session is predicted
                   leave-one-out  --sessions FILE, one "user item item …" a line, or one action "user item" a line;
                                  each user's last item is predicted, the one before chooses the settings
                   instances      --sessions TRAIN --test TEST, one prediction a line: items, a tab, the item that came
  --model NAMES    all (default), or some of popularity, session-popularity, item-knn, vmis-knn, co-occurrence, ncf,
                   float32, held-back, shipped, separated by commas; all learn from what chose their settings in the
                   end, but ncf and held-back, which is our model before it does
  --without-seen   never recommend an item of the session again, by any model
  --budget TIME    about how long everything may take, e.g. 90s, 20m, 2h: our model's settings are searched too, a search
                   that is cut short gives other figures from run to run
  --epochs N       passes over the data (default: chosen by size)
  --device WHAT    ${DEVICES.join(', ')} (default auto), for our model's training
  --seed N         the same seed on the same data gives the same figures (default 1)
  --out DIR        keeps our model's artifact (model.vtrn, not signed) and the figures (evaluation.json)

P@20 is also called HR@20 or recall@20. All items of the training file are ranked; one that it does not hold is a miss
for every model. Equal scores go to the more popular item. After ±: one standard error, sessions taken as independent.

The third form trains the intent model on a table with a header line, one visit a row, and scores it beside the majority and
a logistic regression on rows it has not seen, at their natural balance. After ±: standard deviation over the folds.

  --label COLUMN   what to predict: two values, yes and no
  --drop COLUMNS   columns not to learn from, separated by commas
  --time COLUMN    folds by this time, each tested on what came after; otherwise stratified by label
  --folds N        how many (default 5)
  --seed N         cuts the folds and starts the training (default 0)`,
  options: {
    shop: { type: 'string' }, sessions: { type: 'string' }, test: { type: 'string' }, protocol: { type: 'string' }, model: { type: 'string' },
    'without-seen': { type: 'boolean' }, budget: { type: 'string' }, epochs: { type: 'string' }, device: { type: 'string' }, seed: { type: 'string' }, out: { type: 'string' },
    ...Object.fromEntries(INTENT_OPTIONS.map((name) => [name, { type: 'string' as const }])),
  },
  optionalArguments: ['recommendation or intent'],

  async run(invocation) {
    const [subject = 'recommendation'] = invocation.positionals;
    if (subject === 'intent') return evaluateIntentFile(invocation);
    if (subject !== 'recommendation') throw new VitrineError('bad_usage', `there is nothing to evaluate called "${subject}", only recommendation and intent. See: vitrine help evaluate`);
    const forIntent = INTENT_OPTIONS.find((name) => invocation.values[name] !== undefined);
    if (forIntent) throw new VitrineError('bad_usage', `--${forIntent} is for vitrine evaluate intent. See: vitrine help evaluate`);
    if (invocation.values.shop === undefined && (invocation.values.sessions !== undefined || invocation.positionals.length > 0)) return evaluateFromFiles(invocation);
    const shop = required(invocation, 'shop', 'my-shop');
    const extra = Object.keys(invocation.values).find((name) => !['shop', 'json', 'help'].includes(name));
    if (extra) throw new VitrineError('bad_usage', `--${extra} is for files (--sessions), not for a stored shop. See: vitrine help evaluate`);
    const evaluations = await evaluateShop(await invocation.openContext(), { shop });
    if (!invocation.values.json) invocation.terminal.out(evaluations.map(formatEvaluation).join('\n\n'));
    return evaluationJson(evaluations);
  },
};
