// `npm run test:runtimes`: the built package outside this Node. Apart from the suite, which needs nothing but Node.

import { mergeConfig } from 'vitest/config'
import suite from './vitest.config.ts'

export default mergeConfig(
  { ...suite, test: { ...suite.test, include: [] } },
  {
    test: {
      include: ['test/runtimes/*.runtime.ts'],
      globalSetup: 'test/runtimes/join-places.ts',
      testTimeout: 180_000,
      // A browser or a driver that does not start is tried once more: it is not what is tested here.
      retry: 1,
    },
  },
)
