/**
 * Owns the page where the token is given, once, for a cookie that no script can read.
 */

import { useState } from 'preact/hooks';
import { want } from './api.js';
import { html } from './html.js';
import { useTitle } from './page.js';
import { links } from './router.js';

export function SignIn() {
  useTitle('Sign in');
  const [token, setToken] = useState('');
  const [says, setSays] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    const outcome = await want('/api/session', { token: token.trim() });
    // Anew, with the cookie: what the page may do has changed.
    if (outcome.isDone) location.assign(links.home);
    else setSays(outcome.says);
  };
  return html`<form class="sign-in" onSubmit=${submit}>
    <h1>Sign in</h1>
    <p>With the token that the dispatcher was started with (<code>--token-file</code>).</p>
    <label for="token">Token</label>
    <input id="token" type="password" autocomplete="current-password" value=${token} onInput=${(
      event: InputEvent,
    ) => setToken((event.target as HTMLInputElement).value)} />
    <button type="submit">Sign in</button>
    ${says === '' ? '' : html`<p class="undone" role="alert">${says}</p>`}
  </form>`;
}
