import type { Change } from '../../state/change.js';
import type { Disclosure } from '../disclosure.js';
import type { EventAttributes, Severity } from './event.js';

/** What is said of one kind of change. What peers may have in common (`facts`, `happened`) is kept apart from what is each
 *  one's own (`details`, `detail`): of many that changed alike, only that is said. What is said of keys and endpoints is
 *  {@link Disclosure}'s, and those are no facts. */
export interface EventDefinition<C extends Change> {
  readonly severity: (change: C) => Severity;
  /** Whether it is worth a record if the user says nothing. Absent: always. */
  readonly notable?: (change: C) => boolean;
  /** Attributes with few values. Absent: none. */
  readonly facts?: (change: C) => EventAttributes;
  /** Attributes that are this change's own. Absent: none. */
  readonly details?: (change: C, told: Disclosure) => EventAttributes;
  /** What follows the name of the peer or device in the body; of peers, in a form that is right for several too. */
  readonly happened: (change: C) => string;
  /** What follows that. Absent: nothing. */
  readonly detail?: (change: C, told: Disclosure) => string;
}
