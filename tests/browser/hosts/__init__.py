"""Host pages: each stands for one thing that pages do to embeds, and is compared with a twin without ours."""
