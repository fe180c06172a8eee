import { ListBuilder, listAt, listCount, type Lists } from '../../../plugin-server/src/pipeline/evaluate/files/lists.ts';
import { nextItemProblem, type Problem } from '../../../plugin-server/src/pipeline/evaluate/files/problem.ts';
import { readSessions, Vocabulary } from '../../../plugin-server/src/pipeline/evaluate/files/read-lists.ts';
import { dataFile } from '../../quality/data-folder.ts';

/**
 * diginetica with its most viewed items only: a catalogue of a chosen size over real sessions. Views of other items are
 * left out, in training and test alike.
 * @param sessions of the training file, the newest
 */
export async function topItems(items: number, sessions: number): Promise<Problem> {
  const vocabulary = new Vocabulary();
  const training = await readSessions(dataFile('diginetica/train-sessions.txt.gz'), (id) => vocabulary.add(id));
  const testing = await readSessions(dataFile('diginetica/test-sessions.txt.gz'), (id) => vocabulary.find(id));
  const views = new Float64Array(vocabulary.ids.length);
  for (const at of training.item) views[at]++;
  const kept = Array.from(views.keys()).sort((a, b) => views[b] - views[a] || a - b).slice(0, items);
  const place = new Int32Array(views.length).fill(-1);
  kept.forEach((at, index) => { place[at] = index; });
  const only = (lists: Lists, from: number): Lists => {
    const built = new ListBuilder();
    for (let list = from; list < listCount(lists); list++) {
      const own = Array.from(listAt(lists, list), (at) => (at < 0 ? -1 : place[at])).filter((at) => at >= 0);
      if (own.length < 2) continue;
      for (const at of own) built.push(at);
      built.end();
    }
    return built.build();
  };
  return nextItemProblem(only(training, Math.max(0, listCount(training) - sessions)), only(testing, 0), kept.map((at) => vocabulary.ids[at]));
}
