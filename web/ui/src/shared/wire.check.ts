/**
 * Holds wire.ts to the server's own document: whatever the API gives must be what
 * wire.ts says it is. A field that parted from it does not compile. No code comes of this.
 */
import type { components } from './openapi.gen';
import type { Candidate, Criterion, Incident, IncidentPage, Located, Matter, PictureProperties, Unit, User } from './wire';

type Given = components['schemas'];
/** Compiles only where a `From` can stand for a `To`. */
type Serves<From extends To, To> = From;

/** Sources are read by [readUser], which keeps only those that it knows. */
type Checked = [
  Serves<Given['Incident'], Incident>,
  Serves<Given['IncidentList'], Omit<IncidentPage, 'items'>>,
  Serves<Given['CatalogueMatter'], Matter>,
  Serves<Given['CatalogueCriterion'], Criterion>,
  Serves<Given['Unit'], Unit>,
  Serves<Given['Candidate'], Candidate>,
  Serves<Given['Located'], Located>,
  Serves<Given['PictureProperties'], PictureProperties>,
  Serves<Omit<Given['User'], 'sources'>, Omit<User, 'sources'>>,
];
export type { Checked };
