/// The look of reports and of the web page: one column on a narrow screen, light or dark as the reader's system is.
enum StyleSheet {
  static let html = HTML.style(
    """
    :root{--bg:#f6f7f9;--card:#fff;--text:#1b1f24;--dim:#5d6673;--line:#d9dee5;--accent:#2463c4;--rate:#2463c4;
    --coverage:#1f8a5b;--found:#c2452d;--red:#b3261e;--amber:#8a5a00;--green:#1b7a4b;--blue:#2463c4;--code:#eef1f5}
    @media(prefers-color-scheme:dark){:root{--bg:#14171b;--card:#1d2126;--text:#e6e9ed;--dim:#9aa4b1;--line:#333a43;
    --accent:#7fb0ff;--rate:#7fb0ff;--coverage:#5fd19c;--found:#ff8d75;--red:#ff8a80;--amber:#ffc266;--green:#74d8a4;
    --blue:#8fb9ff;--code:#262c33}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
    main{max-width:1200px;margin:0 auto;padding:24px 20px 64px}
    h1{font-size:1.6rem;margin:0 0 4px;letter-spacing:-.01em;overflow-wrap:anywhere}
    h2{font-size:1.15rem;margin:40px 0 12px}
    .sub{color:var(--dim);margin:0 0 20px;overflow-wrap:anywhere}
    a{color:var(--accent)}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px}
    .tile,.plot,.finding,.panel{background:var(--card);border:1px solid var(--line);border-radius:10px}
    .tile{padding:12px 16px}
    .tile b{display:block;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
    .tile span{color:var(--dim);font-size:.85rem}
    .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:12px;margin-top:12px}
    .plot{margin:0;padding:12px 16px}
    .plot figcaption{display:flex;justify-content:space-between;gap:8px;font-size:.9rem}
    .plot .label{color:var(--dim)}
    .plot .value{font-weight:600;font-variant-numeric:tabular-nums}
    .plot svg{display:block;width:100%;height:auto}
    .plot .empty{color:var(--dim);margin:24px 0}
    .grid{stroke:var(--line);stroke-width:1}
    .tick{fill:var(--dim);font-size:12px}
    .line{fill:none;stroke-width:2.5;stroke-linejoin:round}
    .area{opacity:.14}
    .rate .line{stroke:var(--rate)}.rate .area{fill:var(--rate)}
    .coverage .line{stroke:var(--coverage)}.coverage .area{fill:var(--coverage)}
    .found .line{stroke:var(--found)}.found .area{fill:var(--found)}
    .panel{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:.9rem}
    th,td{text-align:left;padding:8px 14px;border-bottom:1px solid var(--line);vertical-align:top}
    tr:last-child td{border-bottom:0}
    th{color:var(--dim);font-weight:500;white-space:nowrap}
    td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .finding{margin:0 0 12px;padding:0}
    .finding summary{cursor:pointer;padding:12px 16px;display:flex;flex-wrap:wrap;gap:6px 12px;align-items:baseline}
    .finding summary code{font-weight:600;overflow-wrap:anywhere;min-width:0;flex:1 1 240px;background:none;padding:0}
    .finding summary .dim{font-size:.85rem}
    .finding .body{padding:0 16px 16px}
    .others{margin:-4px 0 16px 20px}
    .others>summary{cursor:pointer;font-size:.85rem;padding:0 0 8px;overflow-wrap:anywhere}
    .dim{color:var(--dim)}
    .state{border:1px solid;border-radius:99px;padding:0 10px;font-size:.8rem;font-weight:600;line-height:1.7}
    .confirmed{color:var(--red)}.new{color:var(--blue)}.flaky{color:var(--amber)}
    .known,.fixed{color:var(--green)}
    code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.86rem}
    code{background:var(--code);border-radius:4px;padding:1px 4px;overflow-wrap:anywhere}
    pre{background:var(--code);border-radius:8px;padding:12px 14px;overflow-x:auto;margin:8px 0}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0 0 12px;font-size:.92rem}
    dt{color:var(--dim)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
    ol.timeline{list-style:none;margin:0;padding:0 0 0 16px;border-left:2px solid var(--line);font-size:.9rem}
    ol.timeline li{margin:0 0 6px;position:relative}
    ol.timeline li::before{content:"";position:absolute;left:-21px;top:.5em;width:8px;height:8px;border-radius:50%;
    background:var(--accent)}
    ol.timeline time{color:var(--dim);font-variant-numeric:tabular-nums;margin-right:8px}
    h3{font-size:.95rem;margin:16px 0 6px}
    @media(max-width:600px){main{padding:16px 12px 48px}h1{font-size:1.3rem}.tiles{grid-template-columns:1fr 1fr}
    dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:6px}th,td{padding:6px 10px}}
    """)
}
