import { registry } from "@web/core/registry";

// Nothing is wider than the screen.
function narrow() {
    const wide = document.documentElement.scrollWidth;
    if (wide > window.innerWidth + 1) {
        throw new Error(`The page is ${wide} px wide, the screen ${window.innerWidth}`);
    }
}

const choose = { trigger: "button[name=cn285_choose]", run: "click", expectUnloadPage: true };

// A customer chooses what a bundle consists of: one of a slot, several of another, by its rules.
registry.category("web_tour.tours").add("cn285_sale_bundle_choice_tour", {
    steps: () => [
        { trigger: "#cn285_first_invoice:contains('Première facture'):contains('42,00')", run: narrow },
        { trigger: "label:contains('Mobile')", run: "click" },
        choose,
        { trigger: "#cn285_first_invoice:contains('56,40')", run: narrow },
        // The press review excludes the fax: told, and nothing is taken of it.
        {
            trigger: "div:has(> label:contains('Press Review')) > input[type=number]",
            run: "edit 1",
        },
        { trigger: "div:has(> label:contains('Fax')) > input[type=number]", run: "edit 1" },
        choose,
        { trigger: ".alert-danger:contains('Press Review')", run: narrow },
        {
            trigger: "div:has(> label:contains('Internet')) > input[type=number]",
            run: "edit 2",
        },
        choose,
        { trigger: "#sales_order_table:contains('Internet')", run: narrow },
        { trigger: "body:not(:has(.alert-danger)) #cn285_first_invoice:contains('56,40')" },
    ],
});
