// Puts what the tests found of each place together, when all of them have run.

import { joinPlaces } from './places.ts'

export const teardown = joinPlaces
