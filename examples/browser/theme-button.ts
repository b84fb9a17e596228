// The button for the colours: as the system has them, light, dark.

import { element } from './elements.ts'
import { recolour } from './palette.ts'

const THEMES = ['auto', 'light', 'dark'] as const
const NAMES = { auto: 'as the system', light: 'light', dark: 'dark' }

export function showThemeButton(): void {
  const root = document.documentElement
  const button = element('[data-theme-button]', HTMLButtonElement)
  const name = element('[data-theme-name]', HTMLElement)
  const current = () => THEMES.find((theme) => theme === root.dataset.theme) ?? 'auto'
  const show = () => {
    const theme = current()
    name.textContent = theme[0].toUpperCase() + theme.slice(1)
    button.setAttribute('aria-label', `Colours: ${NAMES[theme]}`)
    recolour()
  }
  button.addEventListener('click', () => {
    const theme = THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length]
    if (theme === 'auto') delete root.dataset.theme
    else root.dataset.theme = theme
    try {
      localStorage.setItem('nabla-theme', theme)
    } catch {
      // A browser that keeps nothing for the page: the choice holds until it is left.
    }
    show()
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show)
  show()
}
