/** Holds what the hotline's pages read to the server's own document. A field that parted from it does not compile. No code comes of this. */
import type { components } from '@shared/openapi.gen';
import type { HotSpots, TicketBefore, TicketDetail, TicketFile, TicketPage } from './hotline';

type Given = components['schemas'];
/** Compiles only where a `From` can stand for a `To`. */
type Serves<From extends To, To> = From;

type Checked = [
  Serves<Given['TicketList'], TicketPage>,
  Serves<Given['TicketDetail'], TicketDetail>,
  Serves<Given['CallerHistory'], { readonly items: readonly TicketBefore[] }>,
  Serves<Given['HotSpots'], HotSpots>,
  Serves<Given['TicketFile'], TicketFile>,
];
export type { Checked };
