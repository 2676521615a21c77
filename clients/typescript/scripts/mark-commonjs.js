// The package is of type "module"; what lies in dist/cjs is not, and Node and TypeScript learn it from here.

import { writeFileSync } from "node:fs";

writeFileSync(new URL("../dist/cjs/package.json", import.meta.url), `${JSON.stringify({ type: "commonjs" })}\n`);
