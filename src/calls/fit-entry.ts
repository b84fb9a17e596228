// The entry nabla/fit: `import 'nabla/fit'` brings the part that trains along with what imports it, for places that load no part
// later: a service worker may not.

import * as fitting from './fitting.ts'
import { provideFitting } from './load-fitting.ts'

provideFitting(fitting)
