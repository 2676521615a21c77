import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/unit/**/*.test.ts", "tests/live/**/*.test.ts"],
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // Starting the server of a live test, on a machine that is busy with other things.
    hookTimeout: 60_000,
    testTimeout: 30_000,
  },
});
