import { repositoryPath } from '../../../support/repository.js';

const load = (file: string): Promise<unknown> => import(repositoryPath(`packages/core/dist/signals/events/${file}.js`));

// What @wgotel/core keeps to itself, and what only a test can reach from outside: frames with changes made by hand.
export const { EventSelection } = (await load(
  'selection',
)) as typeof import('../../../../packages/core/src/signals/events/selection.js');
export const { EventWriter } = (await load(
  'event-writer',
)) as typeof import('../../../../packages/core/src/signals/events/event-writer.js');
