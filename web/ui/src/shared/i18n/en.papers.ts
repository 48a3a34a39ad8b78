import type { papers as zh } from './zh.papers';

type Papers = { [K in keyof typeof zh]: { [L in keyof (typeof zh)[K]]: string } };
export const papers: Papers = {
  whatif: {
    nav: 'What if', title: 'What if', lead: 'Real history replayed under other rules. Reads only; nothing changes.',
    period: 'Reported', from: 'From', to: 'To', run: 'Replay', again: 'Replay again', cancel: 'Cancel', rules: 'Rules to change', asThen: 'as they were', changedRows: '{n} changed', file: '{name} chosen', nothing: 'No rule is changed: the replay should give history fact for fact',
    edit: 'Edit', upload: 'Choose a CSV', download: 'Download as in force', clear: 'Undo', name: 'Setting', normal: 'Normal', urgent: 'Urgent', value: 'Value', meaning: 'Meaning', was: 'now {v}',
    reading: 'Reading the ledger', asking: 'Replaying', progress: '{done} of {all} facts', speed: '{n} a second', failed: 'The replay did not finish', cancelled: 'Cancelled',
    then: 'Then', now: 'New rules', change: 'Change', onTime: 'On time', counts: 'Counts', better: 'better', worse: 'worse', same: 'same',
    differ: '{n} differ', of: 'of {incidents} incidents, {facts} facts', differing: 'Incidents that differ', noDiffer: 'No incident differs from what was', why: 'First difference', outcome: 'Outcome', sameOutcome: 'same outcome', number: 'Number',
    units: 'Load by unit', unit: 'Unit', load: 'Dispatched', expired: 'Handling overdue', refusedBy: 'Acts the new rules refuse', count: 'Times', reason: 'Why', command: 'Act', away: 'Acts with nothing left to act on: {n}', unlike: 'Not reproduced (counted as history on both sides): {n}', assumptions: 'What is assumed',
    total: 'Total', all: 'Show all {n}', positionTo: 'Replayed up to position {p}, {at}', badTable: 'The table has faults', lines: '{n} more', waiting: 'Another replay is running',
  },
  whatifCount: {
    expired: 'Deadlines passed', warned: 'Warnings', returns: 'Returns', difficult: 'Difficult', extensions: 'Extensions', suspensions: 'Suspensions', dispatched: 'Dispatches', handled: 'Handled', closed: 'Closed', open: 'Still open',
  },
  reports: {
    nav: 'Reports', title: 'Reports', entries: 'entries', none: 'Nothing of the kind in this period', ninety: '90 days', within: 'Before red', month: 'Month', state: 'State', read: 'Read', soFar: 'This month so far', whole: 'Whole month', paper: 'To print',
    afterRed: '{t} after red', byLeader: 'by the duty leader', dueAt: 'due {t}', left: '{t} before red', nobody: 'No approval needed', hidden: '(confidential)', undone: 'Undone', ended: 'Ended', laterRed: 'red later', dueNow: 'now due {t}',
    days: '{n} days', ofLimit: '{p} of {t}', closedAt: 'closed {t}', allThree: 'dispatched, checked and closed by one', position: 'Position {p}', asOf: 'As of position {p}, {at}', over: '{a} days and more', between: '{a}–{b} days',
  },
  reportName: { bulletin: 'Monthly bulletin', unusual: 'Unusual acts before red', suspended: 'Suspended stock', reopened: 'Closed early, back again', 'one-hand': 'One pair of hands', 'caller-views': 'Callers looked up' },
  reportRule: {
    bulletin: 'The month of the district, its streets, units, matters and hotline; both readings, against last year and last month.',
    unusual: 'Void, merge, suspend, extend, correct and the like, shortly before a lamp turned red, and those of the duty leader after it: by whom, approved by whom, and what came of it.',
    suspended: 'What stands still, by age and ground, with its next review.', reopened: 'Handled in next to no time, closed, and then reopened, recurring or complained of again.',
    'one-hand': 'One person had two or more of dispatching, handling, checking and closing in one incident.', 'caller-views': 'Every time a caller’s name and phone were shown: to whom, when, why.',
  },
  reportColumn: {
    number: 'Number', what: 'Matter and place', act: 'Act', left: 'To the limit', by: 'By', approved: 'Approved by', reason: 'Reason', became: 'Since', age: 'Suspended for', ground: 'Ground', holder: 'Unit', until: 'Until', review: 'Next review',
    back: 'Back as', used: 'Handled in', after: 'After closing', parts: 'Parts', closed: 'Closed', viewed: 'Looked up', subject: 'Incident / ticket', street: 'Street',
  },
  actKind: { void: 'Void', merge: 'Merge', suspend: 'Suspend', extend: 'Extend', correct: 'Correct', hand_over: 'Hand over', transfer: 'Transfer', escalate: 'Escalate', return: 'Return' },
  backKind: { reopened: 'Reopened', spot_check: 'Found false by a spot check', recurrence: 'Recurrence', repeat_complaint: 'Repeat complaint' },
  handPart: { dispatch: 'dispatched', handle: 'handled', check: 'checked', close: 'closed' },
  viewedKind: { incident: 'Incident', ticket: 'Ticket' },
};
