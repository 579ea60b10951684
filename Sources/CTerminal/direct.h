// A terminal that speaks xterm's language, with 24-bit colours as numbers below 2^24 and indexed ones behind them. It
// cannot change the palette and does not clear with a background colour, which not every such terminal does.
//
// The text below is this description, compiled. To make it again, put what follows into direct.ti, then:
//   tic -x -o out direct.ti && TERMINFO=out infocmp -0 -Q2 -q -x gatehouse-direct
//
// gatehouse-direct|xterm-like terminal with direct and indexed colour,
//   am, mir, msgr, npc, xenl, AX, RGB,
//   colors#0x1000100, cols#80, it#8, lines#24, pairs#0x10000,
//   blink=\E[5m, bold=\E[1m, civis=\E[?25l, clear=\E[H\E[2J, cnorm=\E[?25h, cr=\r,
//   csr=\E[%i%p1%d;%p2%dr, cub=\E[%p1%dD, cub1=^H, cud=\E[%p1%dB, cuf=\E[%p1%dC, cuf1=\E[C,
//   cup=\E[%i%p1%d;%p2%dH, cuu=\E[%p1%dA, cuu1=\E[A, dch=\E[%p1%dP, dch1=\E[P, dim=\E[2m,
//   dl=\E[%p1%dM, dl1=\E[M, ech=\E[%p1%dX, ed=\E[J, el=\E[K, el1=\E[1K, home=\E[H,
//   hpa=\E[%i%p1%dG, ich=\E[%p1%d@, il=\E[%p1%dL, il1=\E[L, ind=\n, indn=\E[%p1%dS,
//   op=\E[39;49m, rev=\E[7m, ri=\EM, rin=\E[%p1%dT, ritm=\E[23m,
//   rmcup=\E[?1049l\E[23;0;0t, rmso=\E[27m, rmul=\E[24m,
//   setab=\E[%?%p1%{16777216}%<%t48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%e%p1%{16777216}%-%Pa%?%ga%{8}%<%t4%ga%d%e%ga%{16}%<%t10%ga%{8}%-%d%e48;5;%ga%d%;%;m,
//   setaf=\E[%?%p1%{16777216}%<%t38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%e%p1%{16777216}%-%Pa%?%ga%{8}%<%t3%ga%d%e%ga%{16}%<%t9%ga%{8}%-%d%e38;5;%ga%d%;%;m,
//   sgr0=\E[m, sitm=\E[3m, smcup=\E[?1049h\E[22;0;0t, smso=\E[7m, smul=\E[4m, vpa=\E[%i%p1%dd,
static const char direct_description[] =
    "b64:HgJEABoADwBpAYoCZ2F0ZWhvdXNlLWRpcmVjdHx4dGVybS1saWtlIHRlcm1pbmFsIHdpdGggZGlyZWN0IGFuZCBpbmRleGVk"
    "IGNvbG91cgAAAQAAAQAAAAAAAAAAAQEAAAAAAAAAAAAAAVAAAAAIAAAAGAAAAP______________________________________"
    "______________8AAQABAAABAP____8AAAIA__8TABsAHwAjAP__LgD__z8AQwBKAP__TABTAP__VwD__1sAXwD_______9jAGgA"
    "bQD__38A________hACJAI4AkwD__5wAoAD_____sgC4AP____________________--AP______________________________"
    "____________________________________________________________________________________________________"
    "_____8IAywDUAN0A5gDvAPgAAQEKARMB________________________________HAH__ycBKQH_________________________"
    "____________________________________________________________________________________________________"
    "____________________________________________________________________________________________________"
    "____________________________________________________________________________________________________"
    "__________________________________________8sAf______________________________________________________"
    "_________________zEB__________________________________86Af_______________________z8B________________"
    "__________________________________________________________________________________9FAecBDQAbWyVpJXAx"
    "JWQ7JXAyJWRyABtbSBtbMkoAG1tLABtbSgAbWyVpJXAxJWRHABtbJWklcDElZDslcDIlZEgAG1tIABtbPzI1bAAIABtbPzI1aAAb"
    "W0MAG1tBABtbUAAbW00AG1s1bQAbWzFtABtbPzEwNDloG1syMjswOzB0ABtbMm0AG1s3bQAbWzdtABtbNG0AG1slcDElZFgAG1tt"
    "ABtbPzEwNDlsG1syMzswOzB0ABtbMjdtABtbMjRtABtbTAAbWyVwMSVkUAAbWyVwMSVkTQAbWyVwMSVkQgAbWyVwMSVkQAAbWyVw"
    "MSVkUwAbWyVwMSVkTAAbWyVwMSVkRAAbWyVwMSVkQwAbWyVwMSVkVAAbWyVwMSVkQQAbWyVpJXAxJWRkAAoAG00AG1sxSwAbWzM5"
    "OzQ5bQAbWzNtABtbMjNtABtbJT8lcDElezE2Nzc3MjE2fSU8JXQzODsyOyVwMSV7NjU1MzZ9JS8lZDslcDElezI1Nn0lLyV7MjU1"
    "fSUmJWQ7JXAxJXsyNTV9JSYlZCVlJXAxJXsxNjc3NzIxNn0lLSVQYSU_JWdhJXs4fSU8JXQzJWdhJWQlZSVnYSV7MTZ9JTwldDkl"
    "Z2Elezh9JS0lZCVlMzg7NTslZ2ElZCU7JTttABtbJT8lcDElezE2Nzc3MjE2fSU8JXQ0ODsyOyVwMSV7NjU1MzZ9JS8lZDslcDEl"
    "ezI1Nn0lLyV7MjU1fSUmJWQ7JXAxJXsyNTV9JSYlZCVlJXAxJXsxNjc3NzIxNn0lLSVQYSU_JWdhJXs4fSU8JXQ0JWdhJWQlZSVn"
    "YSV7MTZ9JTwldDEwJWdhJXs4fSUtJWQlZTQ4OzU7JWdhJWQlOyU7bQACAAAAAAACAAcAAQEAAAMAQVgAUkdCAA==";
