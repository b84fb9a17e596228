/**
 * A running sum of finite numbers that carries what each addition rounds off (Neumaier 1974,
 * doi.org/10.1002/zamm.19740540106): its error is about one rounding of the result, however many terms there are.
 */
export class Sum {
  #sum = 0
  #lost = 0

  add(term: number): void {
    const sum = this.#sum + term
    this.#lost += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - sum + term : term - sum + this.#sum
    this.#sum = sum
  }

  get value(): number {
    // What an infinite sum has lost is NaN.
    return Number.isFinite(this.#sum) ? this.#sum + this.#lost : this.#sum
  }
}
