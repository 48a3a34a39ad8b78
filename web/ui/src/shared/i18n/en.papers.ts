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
};
