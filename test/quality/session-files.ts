import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { evaluateProblem, MODELS, type ModelName } from '../../plugin-server/src/pipeline/evaluate/files/evaluate-problem.ts';
import { ListBuilder, type Lists, listRange } from '../../plugin-server/src/pipeline/evaluate/files/lists.ts';
import { leaveOneOutProblem, nextItemProblem, type Problem } from '../../plugin-server/src/pipeline/evaluate/files/problem.ts';
import { readSessions, readUsers, Vocabulary } from '../../plugin-server/src/pipeline/evaluate/files/read-lists.ts';
import type { Evaluation } from '../../plugin-server/src/pipeline/types.ts';
import { dataFile } from './data-folder.ts';
import type { QualityOptions } from './run.ts';

/** Public data sets of sessions and of users' histories, with the protocol their published figures use. */
export const SESSION_DATA: Readonly<Record<string, { readonly file: string; readonly read: (lists: number) => Promise<Problem> }>> = {
  diginetica: {
    file: 'diginetica/train-sessions.txt.gz',
    read: (lists) => nextItem((place) => readSessions(dataFile('diginetica/train-sessions.txt.gz'), place), (place) => readSessions(dataFile('diginetica/test-sessions.txt.gz'), place), lists),
  },
  'yoochoose-clicks-100k': {
    file: 'yoochoose-clicks-100k/train_full.tsv.gz',
    read: (lists) => nextItem((place) => readClicks(dataFile('yoochoose-clicks-100k/train_full.tsv.gz'), place), (place) => readClicks(dataFile('yoochoose-clicks-100k/test.tsv.gz'), place), lists),
  },
  'amazon-beauty': { file: 'amazon-beauty/sequences.txt.gz', read: (lists) => leaveOneOut('amazon-beauty/sequences.txt.gz', lists) },
  'amazon-beauty-bert4rec': { file: 'amazon-beauty-bert4rec/beauty.txt.gz', read: (lists) => leaveOneOut('amazon-beauty-bert4rec/beauty.txt.gz', lists) },
  'amazon-video-games': { file: 'amazon-video-games/Video.txt.gz', read: (lists) => leaveOneOut('amazon-video-games/Video.txt.gz', lists) },
};

/** Lists read for a quick check that a measurement works. */
const SMOKE_LISTS = 1000;
/** NCF and the reference take the longest by far on a large catalogue; the quick check leaves them out. */
const SMOKE_MODELS: readonly ModelName[] = MODELS.filter((model) => model !== 'ncf' && model !== 'float32');

/** `npm run quality -- NAME` for a data set of `SESSION_DATA`: what `vitrine evaluate recommendation` does, default settings. */
export async function runSessions(name: string, options: QualityOptions): Promise<Evaluation[]> {
  const { seed, epochs, models, device, smoke, note } = options;
  const problem = await SESSION_DATA[name].read(smoke ? SMOKE_LISTS : Infinity);
  let said = 0;
  const { evaluation } = await evaluateProblem(problem, {
    dataset: name, seed, epochs, device, models: models ?? (smoke ? SMOKE_MODELS : MODELS), onNote: note,
    onRow: (row) => note(`${row.model}: ${JSON.stringify({ settings: row.settings, ...row.metrics })}`),
    onProgress: (line) => {
      if (performance.now() - said < 15_000) return;
      said = performance.now();
      note(line());
    },
  });
  return [evaluation];
}

type Place = (id: string) => number;

async function nextItem(train: (place: Place) => Promise<Lists>, test: (place: Place) => Promise<Lists>, lists: number): Promise<Problem> {
  const vocabulary = new Vocabulary();
  const training = await train((id) => vocabulary.add(id));
  const sessions = training.start.length - 1;
  // The newest sessions of the training file stand next to the test.
  const testing = await test((id) => vocabulary.find(id));
  return nextItemProblem(listRange(training, Math.max(0, sessions - lists), sessions), listRange(testing, 0, Math.min(lists, testing.start.length - 1)), vocabulary.ids);
}

async function leaveOneOut(file: string, lists: number): Promise<Problem> {
  const vocabulary = new Vocabulary();
  const users = await readUsers(dataFile(file), (id) => vocabulary.add(id));
  return leaveOneOutProblem(listRange(users, 0, Math.min(lists, users.start.length - 1)), vocabulary.ids);
}

/** Clicks as `SessionId⇥ItemId⇥Time` with a heading → sessions in order of their first click. */
async function readClicks(path: string, place: Place): Promise<Lists> {
  const sessions = new Map<string, { item: string; time: number }[]>();
  for await (const line of createInterface({ input: createReadStream(path).pipe(createGunzip()), crlfDelay: Infinity })) {
    const [session, item, time] = line.split('\t');
    if (session === 'SessionId' || line === '') continue;
    const clicks = sessions.get(session) ?? [];
    clicks.push({ item, time: Number(time) });
    sessions.set(session, clicks);
  }
  const lists = new ListBuilder();
  const ordered = [...sessions.values()].map((clicks) => clicks.toSorted((a, b) => a.time - b.time)).sort((a, b) => a[0].time - b[0].time);
  for (const clicks of ordered) {
    for (const { item } of clicks) lists.push(place(item));
    lists.end();
  }
  return lists.build();
}
