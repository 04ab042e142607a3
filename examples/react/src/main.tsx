import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import type { HealthErrorEvent, HealthNavigateEvent } from "./health-widgets";

const LIBRARY = "https://library.example";
const ARTICLES = { "heart-attack": "Heart attack", stroke: "Stroke", angina: "Angina" };

function App() {
  const [article, setArticle] = useState("heart-attack");
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState(true);
  const [heard, setHeard] = useState("");
  const navigated = (event: HealthNavigateEvent) => setHeard(`moved to ${event.detail.attributes.article}`);
  const failed = (event: HealthErrorEvent) => setHeard(`failed: ${event.detail.kind}`);

  return (
    <>
      <h1>Heart care</h1>
      <p>
        {Object.entries(ARTICLES).map(([name, title]) => (
          <button key={name} onClick={() => setArticle(name)}>{title}</button>
        ))}
        <button onClick={() => setOpen(!open)}>Open or close</button>
        <button onClick={() => setShown(!shown)}>Show or remove</button>
      </p>
      {shown && (
        <health-article-card
          article={article}
          open={open}
          heading-level={2}
          onhealth-load={() => setHeard(`shown: ${article}`)}
          onhealth-navigate={navigated}
          onhealth-error={failed}
        >
          <strong>Chest pain? Call 911 now.</strong> <a href={`${LIBRARY}/articles/${article}`}>Read about it in our library</a>
        </health-article-card>
      )}
      <p role="status">{heard}</p>
    </>
  );
}

createRoot(document.getElementById("root")!).render(<StrictMode><App /></StrictMode>);
