/** What each fact of a ticket says in one line. */
import { inner, text } from '../../facts';

type Data = Readonly<Record<string, unknown>>;
export interface TicketTeller {
  t(key: string, named?: Record<string, unknown>): string;
  label(kind: string, code: string): string;
  when(at: string): string;
}
const join = (...parts: readonly string[]): string => parts.filter((p) => p !== '').join(' · ');

function content(d: Data, w: TicketTeller): string {
  const c = inner(d, 'content');
  const due = text(c, 'due_at');
  return join(
    typeof c['version'] === 'number' ? w.t('hotline.cityVersion', { n: c['version'] }) : '', w.label('ticketType', text(c, 'type')),
    due === '' ? '' : w.t('hotline.cityDue', { t: w.when(due) }), text(c, 'text'),
  );
}

/** The line; empty where the fact's name says it all. */
export function ticketSays(type: string, d: Data, w: TicketTeller): string {
  const reason = text(d, 'reason');
  switch (type.replace('ticket.', '')) {
    case 'received':
    case 'changed':
    case 'noted':
    case 'conflicted':
      return content(d, w);
    case 'contacted': {
      const when = text(d, 'when');
      return join(w.t(d['reached'] === true ? 'hotline.reached' : 'hotline.notReached'), when === '' ? '' : w.t('hotline.calledAt', { t: w.when(when) }), text(d, 'note'));
    }
    case 'linked':
      return `→ ${text(d, 'number') || text(d, 'incident')}`;
    case 'replied':
      return join(w.label('resolution', text(d, 'resolution')), text(d, 'to_caller'));
    case 'reviewed':
      return join(w.t(d['passed'] === true ? 'hotline.reviewPass' : 'hotline.reviewBack'), reason);
    case 'ruled': {
      const due = text(d, 'due_at');
      return join(w.label('decision', text(d, 'decision')), due === '' ? '' : `→ ${w.when(due)}`, text(d, 'number'), reason);
    }
    case 'called_back':
      return join(w.label('rating', text(d, 'result')), d['for_cause'] === true ? w.t('hotline.forCause') : '', text(d, 'note'));
    case 'warned':
    case 'expired':
      return join(w.label('ticketClock', text(d, 'clock')), text(d, 'due') === '' ? '' : w.t('hotline.dueAt', { t: w.when(text(d, 'due')) }));
    case 'repeated':
      return join(`→ ${text(d, 'number')}`, typeof d['count'] === 'number' ? w.t('hotline.repeatTimes', { n: d['count'] }) : '');
    case 'redo_asked':
      return join(`→ ${text(d, 'person')}`, reason);
    case 'redo_decided':
      return join(w.t(d['approved'] === true ? 'hotline.redoApprove' : 'hotline.redoRefuse'), reason);
    default:
      return reason;
  }
}

/** How much a fact should stand out. */
export function ticketTone(type: string, d: Data): '' | 'red' | 'yellow' | 'turn' {
  const name = type.replace('ticket.', '');
  if (name === 'conflicted' || name === 'expired') return 'red';
  if (['changed', 'noted', 'warned', 'repeated'].includes(name)) return 'yellow';
  if (name === 'reviewed') return d['passed'] === true ? '' : 'turn';
  return ['return_asked', 'ruled', 'redo_asked', 'redo_decided'].includes(name) ? 'turn' : '';
}
