"""Frameworks that own the page's DOM: React, Vue, Turbo."""

from tests.browser.hosting import PLACEHOLDER
from tests.browser.hosts.host import CARD, FALLBACK, LOADER, SCRIPT, Host, script
from tests.browser.hosts.scripts import lib

ELEMENT = f"""h("health-article-card", {{ id: "card", article: state.article, "data-turn": state.turn }},
  h("a", {{ href: "{PLACEHOLDER}/articles/stroke" }}, "{FALLBACK}"))"""
APP = f"""
const h = React.createElement;
window.Failed = [];
function App() {{
  const [state, set] = React.useState({{ article: "angina", turn: 0 }});
  window.turn = (article) => set((was) => ({{ article, turn: was.turn + 1 }}));
  return h(React.StrictMode, null, h("div", {{ className: "n" + state.turn }}, {ELEMENT}));
}}
"""
TURNS = """
const twice = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
for (const article of ["fainting", "angina", "stroke"]) { turn(article); await twice(); }
"""
STROKE = "host.shadowRoot.querySelector('.title').textContent.includes('troke')"
REACT18 = lib("react18/umd/react.production.min.js") + lib("react-dom18/umd/react-dom.production.min.js")
REACT19 = (
    script(
        """var process = { env: { NODE_ENV: "production" } }; const made_ = {}, known_ = {};
        const define_ = (name, make) => known_[name] = make;
        const require_ = (name) => {
          if (!made_[name]) { const module = made_[name] = { exports: {} }; known_[name](require_, module, module.exports); }
          return made_[name].exports;
        };"""
    )
    + lib("react19.js")
    + script("var React = require_('react'), ReactDOM = require_('react-dom/client');")
)
ROOT = "<div id=root></div>"
RENDER = script(APP + "ReactDOM.createRoot(document.getElementById('root')).render(h(App));")
HYDRATE = script(APP + "ReactDOM.hydrateRoot(document.getElementById('root'), h(App), { onRecoverableError: (error) => Failed.push(error) });")
ANGINA = CARD.replace("stroke", "angina", 1).replace('article="angina"', 'article="angina" data-turn="0"')
SERVED = f'<div id=root><div class="n0">{ANGINA}</div></div>'
VUE = script(
    f"""const app = Vue.createApp({{
      data: () => ({{ article: "angina", turn: 0, shown: true }}),
      template: `<div :class="'n' + turn"><health-article-card v-if="shown" id="card" :article="article" :data-turn="turn">
        <a href="{PLACEHOLDER}/articles/stroke">{FALLBACK}</a></health-article-card></div>`,
    }});
    app.config.compilerOptions.isCustomElement = (tag) => tag.startsWith("health-");
    const top_ = app.mount("#root");
    window.turn = (article) => {{ top_.article = article; top_.turn++; top_.shown = top_.turn !== 2; }};"""
)
TURBO = lib("@hotwired/turbo/dist/turbo.es2017-umd.js") + SCRIPT
SECOND = f"<!doctype html><html lang=en><head><title>Second</title>{TURBO}</head><body><h1>Second</h1>{CARD}</body></html>"


def turbo_round(stage: object) -> None:
    """A visit to a second page and back, by Turbo."""
    page = stage.page  # type: ignore[attr-defined]
    page.locator("#go").click()
    page.get_by_role("heading", name="Second").wait_for()
    page.evaluate("() => void setTimeout(() => history.back())")
    page.get_by_role("heading", name="A partner's page").wait_for()


HOSTS = (
    Host(
        "react-18",
        "React 18 renders the element twice and changes its attributes.",
        head=REACT18 + SCRIPT,
        body=ROOT + RENDER,
        act=TURNS,
        holds=STROKE,
    ),
    Host("react-19", "React 19 sets properties where there are any.", head=REACT19 + SCRIPT, body=ROOT + RENDER, act=TURNS, holds=STROKE),
    Host(
        "react-18-hydrate",
        "React 18 takes over what a server made; the element may already be loaded, and must look as it was.",
        head=REACT18,
        body=SERVED + f'<script src="{LOADER}"></script>' + HYDRATE,
        act=TURNS,
        holds=STROKE + " && !Failed.length",
    ),
    Host(
        "react-19-hydrate",
        "React 19 takes over what a server made.",
        head=REACT19,
        body=SERVED + f'<script src="{LOADER}"></script>' + HYDRATE,
        act=TURNS,
        holds=STROKE + " && !Failed.length",
        full=False,
    ),
    Host(
        "vue-3",
        "Vue 3 renders, changes and removes the element.",
        head=lib("vue/dist/vue.global.prod.js") + SCRIPT,
        body=ROOT + VUE,
        act=TURNS,
        holds=STROKE,
        full=False,
    ),
    Host(
        "react-19-hoists",
        "React 19 hoists the script-only form into the head.",
        head=REACT19,
        body=ROOT
        + f"<a href='{PLACEHOLDER}/'>{FALLBACK}</a>"
        + script(
            f"""ReactDOM.createRoot(document.getElementById("root")).render(React.createElement("div", null,
            React.createElement("script", {{ async: true, src: "{LOADER}", "data-widget": "article-card", "data-article": "stroke" }})));"""
        ),
        act="await until(() => document.querySelector('head script[data-widget]'));",
        shows=0,
        says=1,
    ),
    Host(
        "turbo",
        "Turbo swaps the body, keeps clones of pages, and shows them again on Back.",
        head=TURBO,
        body=CARD + "<a id=go href='turbo/second.html'>Go</a>",
        files={"second.html": SECOND},
        act=turbo_round,
        full=False,
    ),
)
