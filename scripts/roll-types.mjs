// Rolls the declarations of each entry up to one file, dist/NAME.d.ts, that holds what the entry exports and what those
// exports are made of. API Extractor brings the TypeScript that it needs. The library is ES2022 without DOM, as the
// least that a user may have: a type of the DOM in the public surface would not resolve, and test/package/consumer.test.ts fails.

import { resolve } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

/** entries: the declarations that tsc made, by the name of the entry. */
export function rollTypes(root, entries) {
  const silent = { default: { logLevel: ExtractorLogLevel.None } }
  for (const [name, declarations] of Object.entries(entries)) {
    const config = ExtractorConfig.prepare({
      configObjectFullPath: undefined,
      packageJsonFullPath: resolve(root, 'package.json'),
      configObject: {
        projectFolder: root,
        mainEntryPointFilePath: resolve(root, declarations),
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'ES2022',
              module: 'NodeNext',
              lib: ['ES2022'],
              types: [],
              strict: true,
              skipLibCheck: true, // what is not public may use the DOM
            },
            files: [declarations],
          },
        },
        apiReport: { enabled: false },
        docModel: { enabled: false },
        tsdocMetadata: { enabled: false },
        dtsRollup: { enabled: true, untrimmedFilePath: resolve(root, `dist/${name}.d.ts`) },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
          extractorMessageReporting: silent,
          tsdocMessageReporting: silent,
        },
      },
    })
    const messageCallback = (message) => {
      message.handled = true
      if (message.logLevel === ExtractorLogLevel.Error) console.error(message.formatMessageWithLocation(root))
    }
    const { succeeded } = Extractor.invoke(config, { localBuild: true, messageCallback })
    if (!succeeded) throw new Error(`${declarations}: its types could not be rolled up`)
  }
}
