/// How the page looks: on a screen, on a phone, in the dark, and on paper.
enum PageStyle {
    static let css = """
        :root { --ink: #1b222c; --soft: #5a6472; --rule: #d8dde4; --paper: #ffffff; --wash: #f5f7f9;
          --lag: #1d5a96; --fill: #dbe7f3; --light: #a9c3dc; --good: #1f6b43; --bad: #a12b2b; }
        * { box-sizing: border-box; }
        html { font-size: 100%; -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 400 1rem/1.55 "Source Serif 4", Charter, Georgia, "Noto Serif", serif; }
        main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
        .kicker, .meta, th, td, dt, dd, figcaption, text, .note, .verdict, footer, caption, h2 {
          font-family: "Source Sans 3", "Helvetica Neue", Arial, "Noto Sans", sans-serif; }
        .kicker { margin: 0; color: var(--soft); font-size: .8rem; letter-spacing: .08em;
          text-transform: uppercase; }
        h1 { margin: .2rem 0 .8rem; font-size: 2.1rem; line-height: 1.15; font-weight: 600;
          letter-spacing: -.01em; }
        h2 { margin: 2.6rem 0 .6rem; padding-top: .7rem; border-top: 2px solid var(--ink);
          font-size: 1.05rem; font-weight: 600; }
        .about { max-width: 40rem; margin: 0 0 .5rem; font-size: 1.1rem; }
        .meta { margin: 0; color: var(--soft); font-size: .95rem; }
        .verdict { margin: 1.5rem 0 0; padding: .7rem 1rem; border: 1px solid currentColor;
          border-left-width: 6px; border-radius: 3px; font-weight: 600; }
        .verdict p { margin: 0 0 .4rem; }
        .held { color: var(--good); }
        .failed { color: var(--bad); }
        .events { margin: .5rem 0 0; padding-left: 1.2rem; font-size: .82rem; font-weight: 400;
          color: var(--ink); }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
          gap: 0 1.5rem; margin: 1.5rem 0 0; }
        .figures div { display: flex; flex-direction: column-reverse; padding: .55rem 0;
          border-bottom: 1px solid var(--rule); }
        dt { color: var(--soft); font-size: .85rem; line-height: 1.3; }
        dd { margin: 0; font-size: 1.5rem; font-weight: 600; line-height: 1.25;
          font-variant-numeric: tabular-nums; }
        figure { margin: 2rem 0 0; }
        figcaption { max-width: 48rem; margin-top: .5rem; color: var(--soft); font-size: .88rem; }
        .wide { overflow-x: auto; }
        .wide:focus-visible { outline: 2px solid var(--lag); outline-offset: 3px; }
        .timeline { display: block; width: 100%; min-width: 46rem; height: auto; }
        .timeline text { fill: var(--soft); font-size: 11px; }
        .timeline .name { fill: var(--ink); font-size: 13px; font-weight: 600; }
        .timeline .kind { fill: var(--ink); font-size: 11px; paint-order: stroke;
          stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
        .hour { stroke: var(--rule); stroke-width: .6; }
        .day { stroke: var(--soft); stroke-width: .8; }
        .base { stroke: var(--ink); stroke-width: .8; }
        .heal { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 4 3; }
        .ink { stroke: #8b95a3; stroke-width: .9; fill: none; }
        .dot { fill: #6d7886; }
        .band { stroke: #8b95a3; stroke-width: .8; }
        .area { fill: var(--fill); fill-opacity: .85; }
        .lag { fill: none; stroke: var(--lag); stroke-width: 1.6; stroke-linejoin: round; }
        .payload, .acts { fill: var(--lag); }
        .control { fill: var(--light); }
        .stroke { stroke: var(--ink); stroke-width: .8; fill: none; }
        .strokes { display: block; max-width: 150px; border-bottom: 1px solid var(--rule); }
        table { width: 100%; border-collapse: collapse; margin: .4rem 0 1rem; font-size: .92rem;
          line-height: 1.4; }
        caption { padding: 0 0 .5rem; text-align: left; font-size: .95rem; }
        .note { display: block; color: var(--soft); font-size: .85rem; }
        th, td { padding: .38rem .9rem .38rem 0; text-align: left; vertical-align: baseline;
          border-bottom: 1px solid var(--rule); font-weight: 400; }
        thead th { border-bottom: 1.5px solid var(--ink); color: var(--soft); font-size: .82rem;
          vertical-align: bottom; }
        tbody th { font-weight: 600; }
        .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .n:last-child, .t:last-child { padding-right: 0; }
        tbody th.n { padding-right: 1.1rem; }
        footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--rule);
          color: var(--soft); font-size: .88rem; }
        code { font: .85em/1.4 "Source Code Pro", Menlo, Consolas, "Noto Sans Mono", monospace;
          color: var(--ink); overflow-wrap: anywhere; }
        @media (max-width: 40rem) {
          main { padding: 1.4rem 1rem 3rem; }
          h1 { font-size: 1.6rem; }
          .about { font-size: 1.02rem; }
          .figures { grid-template-columns: repeat(2, 1fr); gap: 0 1rem; }
          dd { font-size: 1.25rem; }
        }
        @media print {
          @page { size: A4; margin: 16mm 15mm; }
          :root { --ink: #000; --soft: #333; --rule: #bbb; --lag: #000; --fill: #e4e4e4;
            --light: #aaa; --good: #000; --bad: #000; }
          html { font-size: 62.5%; }
          main { max-width: none; padding: 0; }
          .wide { overflow: visible; }
          .timeline { min-width: 0; }
          h2 { break-after: avoid; }
          tr, figure, .figures { break-inside: avoid; }
          thead { display: table-header-group; }
          .verdict { border-color: #000; }
        }
        """
}
