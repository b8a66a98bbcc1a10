/// How pages look: the whole style sheet.
///
/// Colours have one meaning everywhere: the selection, the pool, the target.
enum PageStyle {
  static let css = """
    :root{color-scheme:light dark;--paper:#fcfcfb;--card:#fff;--ink:#1c2024;--soft:#5f6670;
    --line:#e4e5e3;--track:#eeefec;--selected:#4b46d6;--pool:#a3acb8;--target:#d7822b;
    --tint:#f3f2fd}
    @media (prefers-color-scheme:dark){:root{--paper:#121417;--card:#191c20;--ink:#e8eaed;
    --soft:#9aa3ae;--line:#2b2f35;--track:#23272c;--selected:#9c97ff;--pool:#66717f;
    --target:#eda354;--tint:#201f33}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
    body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
    main,header,footer{max-width:1040px;margin:0 auto;padding:0 24px}
    header{padding-top:56px}
    h1,h2,h3,p,dl,dd,figure,ul,ol,table{margin:0;padding:0}
    h1{font-size:clamp(28px,5vw,44px);line-height:1.12;font-weight:680;letter-spacing:-.022em;
    text-wrap:balance}
    h2{font-size:22px;line-height:1.25;font-weight:650;letter-spacing:-.012em}
    h3{font-size:16px;line-height:1.35;font-weight:620}
    .over{color:var(--selected);font-size:13px;font-weight:650;letter-spacing:.07em;
    text-transform:uppercase;margin-bottom:14px}
    .lead{color:var(--soft);font-size:19px;line-height:1.45;margin-top:16px;max-width:46em;
    text-wrap:pretty}
    .note{color:var(--soft);max-width:46em;margin-top:6px;text-wrap:pretty}
    .small{color:var(--soft);font-size:14px;line-height:1.5;margin-top:14px;max-width:52em}
    a{color:var(--selected);text-decoration:none}a:hover{text-decoration:underline}
    nav{display:flex;flex-wrap:wrap;gap:6px 20px;margin-top:30px;padding:14px 0;font-size:14px;
    border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
    nav a{color:var(--soft)}
    section{padding-top:64px}
    .tiles{display:grid;gap:1px;margin-top:36px;background:var(--line);border-radius:14px;
    overflow:hidden;border:1px solid var(--line);grid-template-columns:repeat(4,1fr)}
    .tile{background:var(--card);padding:20px 22px 18px}
    .tile dt{color:var(--soft);font-size:14px}
    .tile dd{font-size:28px;line-height:1.2;font-weight:650;letter-spacing:-.02em;margin-top:4px}
    .tile .of{font-size:14px;font-weight:400;letter-spacing:0;color:var(--soft);display:block;
    margin-top:4px}
    figure{margin-top:24px;background:var(--card);border:1px solid var(--line);border-radius:14px;
    padding:22px 24px 18px}
    figure+figure{margin-top:16px}
    figcaption{color:var(--soft);font-size:14px;line-height:1.5;margin-top:12px;max-width:56em}
    svg{display:block;width:100%;overflow:visible}
    svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--soft);
    font-variant-numeric:tabular-nums}
    svg .name{font-size:13px;font-weight:620;fill:var(--ink)}
    .selected{fill:var(--selected)}.pool{fill:var(--pool)}.target{fill:var(--target)}
    .rest{fill:var(--ink)}
    .axis{stroke:var(--line);stroke-width:1}.grid{stroke:var(--track);stroke-width:1}
    .cut{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}
    .curve{fill:none;stroke:var(--selected);stroke-width:2.5;stroke-linejoin:round;
    vector-effect:non-scaling-stroke}
    .dot{fill:var(--card);stroke:var(--selected);stroke-width:2.5}
    .dot.best{fill:var(--selected)}
    svg text.strong{fill:var(--ink);font-weight:620}
    .keys{display:flex;flex-wrap:wrap;gap:6px 22px;list-style:none;font-size:14px;
    color:var(--soft);margin-top:14px}
    .keys svg,.dotted svg{display:inline-block;width:11px;height:11px;margin-right:8px}
    table{border-collapse:collapse;width:100%;font-size:15px;font-variant-numeric:tabular-nums}
    .table{margin-top:24px;background:var(--card);border:1px solid var(--line);
    border-radius:14px;padding:8px 24px 10px}
    .two{display:grid;gap:16px;grid-template-columns:1fr 1fr}
    .two .table{margin-top:24px}
    th{color:var(--soft);font-weight:500;font-size:13px;text-align:right;padding:10px 0 8px 14px;
    vertical-align:bottom;overflow-wrap:normal}
    td{text-align:right;padding:9px 0 9px 14px;border-top:1px solid var(--line);
    vertical-align:top;white-space:nowrap}
    th:first-child,td:first-child{text-align:left;padding-left:0}
    td:first-child{white-space:normal;overflow-wrap:anywhere}td.line{white-space:nowrap}
    td.left,th.left{text-align:left}
    td svg{margin-top:5px;max-width:340px}
    .soft{color:var(--soft)}
    .group{margin-top:28px}
    .group>summary{cursor:pointer;list-style-position:outside;font-weight:620}
    .group>summary+p{margin:2px 0 14px}
    .cards{display:grid;gap:14px;grid-template-columns:1fr 1fr}
    .card{background:var(--card);border:1px solid var(--line);border-radius:14px;
    padding:16px 20px 15px;min-width:0;break-inside:avoid}
    .card[hidden]{display:none}
    .facts{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;color:var(--soft);
    font-variant-numeric:tabular-nums}
    .facts .strong{color:var(--selected);font-weight:650}
    .place{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft);
    margin-top:10px}
    .text{margin-top:9px;font-size:14px;line-height:1.5;white-space:pre-wrap;max-height:13.6em;
    overflow:hidden auto;unicode-bidi:isolate;contain:paint;tab-size:2}
    b{font:600 10px/1 ui-monospace,Menlo,Consolas,monospace;color:var(--soft);
    border:1px solid var(--line);border-radius:3px;padding:0 2px;margin:0 1px;
    background:var(--track)}
    .more{color:var(--soft)}
    .find{margin-top:20px}
    .find input{width:100%;max-width:420px;font:inherit;font-size:15px;padding:9px 14px;
    color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:10px}
    .find input:focus-visible,summary:focus-visible,a:focus-visible{
    outline:2px solid var(--selected);outline-offset:2px}
    pre{margin:20px 0 0;padding:16px 20px;background:var(--tint);border-radius:12px;
    font:13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;
    user-select:all}
    .settings{display:grid;gap:0 40px;grid-template-columns:1fr 1fr;margin-top:20px}
    .settings div{display:flex;justify-content:space-between;gap:20px;padding:7px 0;font-size:14px;
    border-bottom:1px solid var(--line)}
    .settings dt{color:var(--soft);flex:none}.settings dd{text-align:right;min-width:0}
    .hash{white-space:normal;font:12px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    footer{padding-top:72px;padding-bottom:48px;color:var(--soft);font-size:13px}
    @media (max-width:760px){main,header,footer{padding-left:16px;padding-right:16px}
    header{padding-top:32px}section{padding-top:48px}
    .tiles{grid-template-columns:1fr 1fr}.tile{padding:14px 16px}.tile dd{font-size:22px}
    .cards,.two,.settings{grid-template-columns:1fr}.two{gap:0}
    figure{padding:16px 16px 14px}.table{padding:4px 16px 6px}
    td,th{padding-left:9px}table{font-size:14px}.lead{font-size:17px}
    .wide{display:none}.hash{font-size:11px;overflow-wrap:anywhere}}
    @media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--track:#eee;
    --selected:#3a35b8;--pool:#9aa3ae;--target:#b86a1a;--tint:#f6f6f6}
    body{font-size:11pt}nav,.find{display:none}section{padding-top:28pt}
    main,header,footer{max-width:none;padding-left:0;padding-right:0}header{padding-top:0}
    figure,.table,.tiles,tr{break-inside:avoid}h2,h3,summary{break-after:avoid}
    .text{max-height:none;overflow:hidden}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
    """
}
