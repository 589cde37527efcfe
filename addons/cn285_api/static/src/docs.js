/* Shows the documentation of the API; Swagger UI is in static/lib. */
window.addEventListener("load", () => {
    const page = document.getElementById("page");
    window.SwaggerUIBundle({
        url: page.dataset.url,
        domNode: page,
        deepLinking: true,
        docExpansion: "list",
        persistAuthorization: false,
        validatorUrl: null,
        tryItOutEnabled: true,
    });
});
