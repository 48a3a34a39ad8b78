/** What a row tells beside its matter: the flags that change what one does, most pressing first, no more than three. */
export function rowTags(i: Incident): readonly string[] {
  const asked = i.requests ?? {};
  const all = [
    ...(i.safeguard != null ? ['safeguard'] : []),
    ...(i.flags.includes('supervised') ? ['supervised'] : []),
    ...(asked.return != null ? ['asks_return'] : asked.extension != null ? ['asks_extension'] : asked.suspension != null ? ['asks_suspension'] : []),
    ...(i.difficult ? ['difficult'] : []),
    ...(['false_handling', 'conflict', 'call_refused', 'recurrence', 'helper_unfinished', 'absorbing', 'drawn', 'same_photo', 'confidential'] as const).filter((f) => i.flags.includes(f)),
  ];
  return all.slice(0, 3);
}

/** What a routing sentence gives as its ground: 权责清单第 253 条（…）, where it is said elsewhere to whom. */
export function ground(reason: string): string {
  return reason.replace(/^派给 .+?，因为 /, '');
}

/** Whether anything of the trade's further moves has happened to an incident. */
import type { Incident } from '@shared/wire';

export function hasMoves(i: Incident): boolean {
  const some = (list: readonly unknown[] | null | undefined): boolean => (list?.length ?? 0) > 0;
  return (
    i.assignee != null || i.tasked != null || i.bound === true || some(i.helpers) || some(i.calls) || some(i.supervisions) || (i.urges ?? 0) > 0 ||
    some(i.absorbed) || i.parent != null || i.rest != null || some(i.late) || some(i.exemptions) || i.appeal != null || some(i.ratings) ||
    some(i.spot_checks) || i.recurrence != null
  );
}
