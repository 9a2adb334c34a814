"""Words that everybody uses: pure, importing nothing of ours."""
