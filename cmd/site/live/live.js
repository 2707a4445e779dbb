// For site serve alone: loads the page anew once there is a newer edition of the
// site, and shows at its foot what the check has found on it.
const edition = document.currentScript.dataset.edition;
let shown = "";
let foot;

async function look() {
	try {
		const found = await (await fetch("/_check/findings.json")).json();
		// A page that answers a form would be sent anew.
		if (found.edition !== edition && !location.pathname.startsWith("/answers/")) {
			location.reload();
			return;
		}
		const html = found.pages[location.pathname] ?? found.rest;
		if (html !== shown) {
			foot?.remove();
			document.body.insertAdjacentHTML("beforeend", html);
			foot = html ? document.body.lastElementChild : null;
			shown = html;
		}
	} catch {
		// The program has ended, or is putting the new site in the place of the old.
	}
	setTimeout(look, 1000);
}
look();
