// Makes src/shared/openapi.gen.ts: the types of every body that the API takes or gives,
// from the document of a running server. wire.check.ts then says at compile time where
// wire.ts and the server have parted. Usage: npm run gen [-- http://127.0.0.1:8080]
import { writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const server = process.argv[2] ?? 'http://127.0.0.1:8080';
const answer = await fetch(`${server}/api/v1/openapi.json`);
if (!answer.ok) throw new Error(`${server} answers ${answer.status}`);
const document = await answer.json();
const types = await openapiTS({ openapi: document.openapi, info: document.info, components: { schemas: document.components.schemas } }, { emptyObjectsUnknown: true });
await writeFile(new URL('../src/shared/openapi.gen.ts', import.meta.url), `/* Made by npm run gen from the OpenAPI document. Do not edit. */\n\n${astToString(types)}`);
